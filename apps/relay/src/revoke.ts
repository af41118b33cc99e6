/** `parley revoke`: asks a running relay to take the tokens of somebody. Rules AR18 to AR20. */
import type { Values } from './parse.ts'
import { readGivenSecret } from './tokens.ts'
import { readDevice, readUser } from './whom.ts'
import type { World } from './world.ts'
import { Wrong } from './wrong.ts'

/** Longer than a disk may take; a relay that says nothing by then is not there. */
const patienceMs = 30_000

export async function runRevoke(world: World, values: Values): Promise<number> {
  const user = readUser(values, 'Say whose tokens: --user Tom.')
  const device = readDevice(values)
  const address = readServer(values.text('server') ?? '')
  const secret = await readGivenSecret(values, 'admin-secret')
  if (secret === undefined) {
    throw new Wrong('The relay asks for its admin secret. Give it with --admin-secret-file.')
  }
  const answer = await ask(address, Buffer.from(secret).toString('latin1'), { user, device })
  const body = await answer.text()
  const done = answer.status === 200 ? readAnswer(body) : undefined
  const whose = device === undefined ? user : `${user} on ${device}`
  if (done !== undefined) {
    world.print(
      `The tokens of ${whose} made up to ${new Date(done.revoked).toISOString()} are taken no more; ${done.sessions} sessions have ended.\n`,
    )
    return 0
  }
  if (answer.status === 404) {
    world.complain(
      `parley: ${address.origin} revokes nothing. Start the relay there with --admin-secret-file, or say where it is with --server.\n`,
    )
  } else if (answer.status === 401) world.complain('parley: This is not the admin secret of that relay.\n')
  else world.complain(`parley: The relay answered ${answer.status}: ${oneLine(body)}\n`)
  return 1
}

async function ask(
  address: URL,
  secret: string,
  whom: { readonly user: string; readonly device: string | undefined },
): Promise<Response> {
  try {
    // A redirect would take the secret with it.
    return await fetch(new URL('admin/revoke', address), {
      method: 'POST',
      headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(whom),
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    })
  } catch (error) {
    throw new Wrong(`No relay answers at ${address.origin}. Say where it is with --server.`, { cause: error })
  }
}

function readServer(text: string): URL {
  const url = URL.canParse(text) ? new URL(text.endsWith('/') ? text : `${text}/`) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new Wrong(`The server must be an address as http://127.0.0.1:4650, not "${text}".`)
  }
  return url
}

function readAnswer(body: string): { readonly revoked: number; readonly sessions: number } | undefined {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined // not a relay's: the caller says what came
  }
  if (typeof value !== 'object' || value === null || !('revoked' in value) || !('sessions' in value)) {
    return undefined
  }
  const { revoked, sessions } = value
  return typeof revoked === 'number' && typeof sessions === 'number' ? { revoked, sessions } : undefined
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 300)
}
