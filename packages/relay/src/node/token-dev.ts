/**
 * The secret of a relay under development: random, made once, kept beside its data for its owner's eyes only.
 *
 * So tokens hold over a restart, and `parley token --dev` signs with what the running relay checks. Rule RE84.
 */
import { randomBytes } from 'node:crypto'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from './server-errors.ts'
import { readSecret } from './token.ts'

/** The store knows the file by this name, and leaves it alone. */
export const devSecretFile = 'dev-secret'

/** The directory exists and is ours: the store has been opened in it. */
export async function makeDevSecret(directory: string): Promise<Uint8Array> {
  const known = await readDevSecret(directory)
  if (known !== undefined) return known
  const text = randomBytes(32).toString('base64url')
  const path = join(directory, devSecretFile)
  await writeFile(path, `${text}\n`, { mode: 0o600 })
  await chmod(path, 0o600) // the mode above is for a new file only
  return new TextEncoder().encode(text)
}

/** `undefined` when there is none, or none that one could sign with. */
export async function readDevSecret(directory: string): Promise<Uint8Array | undefined> {
  const path = join(directory, devSecretFile)
  let text
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
  const secret = readSecret(text)
  // Somebody may have copied the directory without its modes.
  if (secret !== undefined) await chmod(path, 0o600)
  return secret
}
