/** The secret and what else tokens are checked or made with, as the options give it. */
import { readFile } from 'node:fs/promises'
import { type TokenRules, readSecret } from '@parley/relay/node'
import type { Values } from './parse.ts'
import { Wrong } from './wrong.ts'

/** Nothing when no secret is given: whether that will do is for the command to say. */
export async function readTokens(values: Values): Promise<TokenRules | undefined> {
  const file = values.text('secret-file')
  const typed = values.text('secret')
  if (file !== undefined && typed !== undefined) throw new Wrong('Give --secret or --secret-file, not both.')
  const text = file === undefined ? typed : await readSecretFile(file)
  if (text === undefined) return undefined
  const secret = readSecret(text)
  if (secret === undefined) {
    throw new Wrong(
      'The secret is too short: it needs 32 characters. Make one with "openssl rand -base64 32".',
    )
  }
  return { secret, ...readNames(values) }
}

export function readNames(values: Values): Pick<TokenRules, 'issuer' | 'audience'> {
  const issuer = values.text('issuer')
  const audience = values.text('audience')
  return { ...(issuer === undefined ? {} : { issuer }), ...(audience === undefined ? {} : { audience }) }
}

async function readSecretFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new Wrong(`The secret file ${file} cannot be read: ${error.message}.`, { cause: error })
  }
}
