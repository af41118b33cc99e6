/** `parley token`: prints a token, and nothing else, so that a script can use it. Rules AR11 to AR13. */
import { mintToken, readDevSecret } from '@parley/relay/node'
import { readDuration } from './duration.ts'
import type { Values } from './parse.ts'
import type { World } from './world.ts'
import { readNames, readGivenSecret } from './tokens.ts'
import { readDevice, readUser } from './whom.ts'
import { Wrong } from './wrong.ts'

export async function runToken(world: World, values: Values): Promise<number> {
  const user = readUser(values, 'Say whose token it shall be: --user Tom.')
  const device = readDevice(values)
  const lifetimeSeconds = readDuration(values.text('expires') ?? '')
  const most = values.text('max-token-life') ?? '30d'
  if (lifetimeSeconds > readDuration(most)) {
    throw new Wrong(
      `No relay would take this token: it may hold for ${most} at most. A relay may be given another --max-token-life; name it here too.`,
    )
  }
  const secret = (await readGivenSecret(values, 'secret')) ?? (await readDevTokens(values))
  const token = await mintToken({
    secret,
    ...readNames(values),
    user,
    ...(device === undefined ? {} : { device }),
    lifetimeSeconds,
    now: world.now(),
  })
  world.print(`${token}\n`)
  return 0
}

async function readDevTokens(values: Values): Promise<Uint8Array> {
  if (!values.on('dev')) {
    throw new Wrong(
      'A token is signed with the secret of the relay. Give it with --secret-file, or say --dev for a relay under development.',
    )
  }
  const directory = values.text('data') ?? './data'
  const secret = await readDevSecret(directory).catch((error: unknown) => {
    if (!(error instanceof Error)) throw error
    throw new Wrong(`The secret in ${directory} cannot be read: ${error.message}.`, { cause: error })
  })
  if (secret === undefined) {
    throw new Wrong(
      `There is no secret in ${directory}. Start the relay there once with --dev, which makes one.`,
    )
  }
  return secret
}
