/** What people say of themselves. */
import type { JsonObject } from '@parley/document'
import type { ProfileView } from '../engine-types.ts'

export interface UserProfile {
  readonly id: string
  readonly name: string | null
  /** A URL, or whatever the app shows by it. */
  readonly icon: string | null
  /** The app's own. */
  readonly fields: JsonObject
  /** This device has heard what he says of himself, be that nothing. */
  readonly known: boolean
}

export interface GivenProfile {
  readonly name?: string | null
  readonly icon?: string | null
  readonly fields?: { readonly [key: string]: unknown }
}

export function profileInfo({ user, name, icon, fields, known }: ProfileView): UserProfile {
  return { id: user, name, icon, fields, known }
}
