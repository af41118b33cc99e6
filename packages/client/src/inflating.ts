/** Pages that travel deflated. Rules CL430 to CL433. */
import { decodeFetchedRows, type FetchAnswer, type Fetched } from '@parley/wire'
import type { Core } from './core.ts'

/** The answer as it was before; undefined for what becomes none, and from then on pages come as they are. */
export async function inflated(core: Core, fetched: FetchAnswer['fetched']): Promise<Fetched | undefined> {
  if (fetched.result !== 'deflated') return fetched
  try {
    const rows = await core.ports.inflate?.(fetched.bytes, fetched.size)
    const read = rows?.length === fetched.size ? decodeFetchedRows(rows) : undefined
    if (read === undefined) throw new Error('malformed')
    return read
  } catch (error) {
    core.inflates = false
    core.ports.log.error('a frame of the relay cannot be read', { error: String(error) })
    return undefined
  }
}
