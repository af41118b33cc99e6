/** `parley token`: prints a token, and nothing else, so that a script can use it. Rules AR11 to AR13. */
import { parseUserId } from '@parley/document'
import { type TokenRules, mintToken, readDevSecret } from '@parley/relay/node'
import type { Values } from './parse.ts'
import type { World } from './world.ts'
import { readNames, readTokens } from './tokens.ts'
import { Wrong } from './wrong.ts'

export async function runToken(world: World, values: Values): Promise<number> {
  const name = values.text('user')
  if (name === undefined) throw new Wrong('Say whose token it shall be: --user Tom.')
  const user = parseUserId(name)
  if (user === undefined) {
    throw new Wrong(`"${name}" is no user id: 1 to 64 characters of A-Z a-z 0-9 _ - . @ and colon.`)
  }
  const lifetimeSeconds = readDuration(values.text('expires') ?? '')
  const rules = (await readTokens(values)) ?? (await readDevTokens(values))
  const token = await mintToken({ ...rules, user, lifetimeSeconds, now: world.now() })
  world.print(`${token}\n`)
  return 0
}

async function readDevTokens(values: Values): Promise<TokenRules> {
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
  return { secret, ...readNames(values) }
}

const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

function readDuration(text: string): number {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const length =
    Number(amount) * (unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' ? seconds[unit] : 0)
  if (amount === undefined || length === 0) {
    throw new Wrong(`"${text}" is no duration: a number and s, m, h or d, as 30m or 1d.`)
  }
  return length
}
