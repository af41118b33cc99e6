/** Contents without keys that say nothing: what is not there does not travel as undefined. */
import type { SendContent } from '../engine-types.ts'

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined }

export function contentOf({
  type,
  text,
  attrs,
  body,
  mentions,
}: Pick<SendContent, 'type'> & Loose<Omit<SendContent, 'type'>>): SendContent {
  return {
    type,
    ...(text === undefined ? undefined : { text }),
    ...(attrs === undefined ? undefined : { attrs }),
    ...(body === undefined ? undefined : { body }),
    ...(mentions === undefined || mentions.length === 0 ? undefined : { mentions }),
  }
}
