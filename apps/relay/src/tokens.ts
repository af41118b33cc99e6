/** The keys and what else tokens are checked or made with, as the options give it. */
import { readFile } from 'node:fs/promises'
import { type TokenAlgorithm, tokenAlgorithms, type TokenRules, readSecret } from '@parley/relay/node'
import { readDuration } from './duration.ts'
import type { Values } from './parse.ts'
import { Wrong } from './wrong.ts'

/** Nothing when no key is given: whether that will do is for the command to say. */
export async function readTokens(values: Values): Promise<TokenRules | undefined> {
  const keyFile = values.text('key-file')
  const keyUrl = values.text('key-url')
  const secret = await readGivenSecret(values, 'secret')
  if ([keyFile, keyUrl, secret].filter((given) => given !== undefined).length > 1) {
    throw new Wrong('Give a secret, --key-file or --key-url: one of them, not several.')
  }
  const terms = {
    ...readNames(values),
    algorithms: values.list('algorithm').map(readAlgorithm),
    toleranceSeconds: readDuration(values.text('clock-tolerance') ?? '30s'),
    maxLifeSeconds: readDuration(values.text('max-token-life') ?? '30d'),
  }
  if (keyFile !== undefined) return { keyFile, ...terms }
  if (keyUrl !== undefined) return { keyUrl, ...terms }
  return secret === undefined ? undefined : { secret, ...terms }
}

export function readNames(values: Values): Pick<TokenRules, 'issuer' | 'audience'> {
  const issuer = values.text('issuer')
  const audience = values.text('audience')
  return { ...(issuer === undefined ? {} : { issuer }), ...(audience === undefined ? {} : { audience }) }
}

/** Of `--<name>` or `--<name>-file`; nothing when neither is given. */
export async function readGivenSecret(
  values: Values,
  name: 'secret' | 'admin-secret',
): Promise<Uint8Array | undefined> {
  const file = values.text(`${name}-file`)
  const typed = values.text(name)
  if (file !== undefined && typed !== undefined)
    throw new Wrong(`Give --${name} or --${name}-file, not both.`)
  const text = file === undefined ? typed : await readSecretFile(file)
  if (text === undefined) return undefined
  const secret = readSecret(text)
  if (secret === undefined) {
    throw new Wrong(
      `The ${name.replace('-', ' ')} is too short: it needs 32 characters. Make one with "openssl rand -base64 32".`,
    )
  }
  return secret
}

function readAlgorithm(text: string): TokenAlgorithm {
  const known = tokenAlgorithms.find((name) => name === text)
  if (known === undefined) {
    throw new Wrong(`The algorithm must be one of ${tokenAlgorithms.join(', ')}, not "${text}".`)
  }
  return known
}

async function readSecretFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new Wrong(`The secret file ${file} cannot be read: ${error.message}.`, { cause: error })
  }
}
