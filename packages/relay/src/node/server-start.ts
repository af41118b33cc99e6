/**
 * What must hold before a relay may start. Looks only; nothing is written. Rule RE120.
 */
import { constants } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { StoreError } from '../store.ts'
import { isLoopbackName } from './http-origin.ts'
import { type ServePage, createPageServer } from './http-page.ts'
import { RelayServerError, errorCode, explainStore } from './server-errors.ts'
import { dataFile, expectOurs } from './sqlite-directory.ts'
import { minSecretBytes } from './server-limits.ts'
import { checkKeyFile } from './token-key-file.ts'
import { algorithmsOf, checkRules, type TokenRules } from './token-rules.ts'

/** Whoever reaches a relay under development may be anybody. */
export function checkDevHost(host: string): void {
  if (isLoopbackName(host)) return
  throw new RelayServerError(
    'dev-not-local',
    `--dev gives a token to whoever asks, so it runs on this machine alone, not on ${host}. Leave out --host, or start without --dev and with a secret.`,
  )
}

export async function checkTokens(tokens: TokenRules | undefined, dev: boolean): Promise<void> {
  if (tokens === undefined) {
    if (dev) return
    throw new RelayServerError(
      'secret-missing',
      'The relay needs the secret that tokens are signed with. Give it with --secret-file (or public keys with --key-file or --key-url), or try the relay out with --dev.',
    )
  }
  checkRules(tokens)
  if (dev && !('secret' in tokens)) {
    throw new RelayServerError(
      'keys-unusable',
      '--dev makes tokens, and public keys cannot. Leave out --dev, or the keys.',
    )
  }
  if ('keyFile' in tokens) await checkKeyFile(tokens.keyFile, algorithmsOf(tokens))
}

/** Whoever has it throws everybody out. */
export function checkAdminSecret(secret: Uint8Array | undefined): void {
  if (secret === undefined || secret.length >= minSecretBytes) return
  throw new RelayServerError(
    'secret-weak',
    `The admin secret is too short: it needs ${minSecretBytes} bytes. Make one with "openssl rand -base64 32".`,
  )
}

export async function openPage(directory: string | undefined): Promise<ServePage | undefined> {
  if (directory === undefined) return undefined
  try {
    return await createPageServer(directory)
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error))) throw error
    throw new RelayServerError(
      'page-missing',
      `There is no page in ${directory}: it has no index.html that can be read. Build the page first, or leave out --page.`,
      { cause: error },
    )
  }
}

/**
 * The directory, or the nearest one above it that exists, must be a directory we may write in; and one that exists must
 * be empty or hold a relay's data, of a version we know.
 */
export async function checkDirectory(directory: string): Promise<void> {
  try {
    const found = await nearestDirectory(resolve(directory))
    if (found === resolve(directory)) await checkContent(found)
  } catch (error) {
    throw explainStore(error, directory)
  }
}

async function nearestDirectory(path: string): Promise<string> {
  try {
    if (!(await stat(path)).isDirectory()) {
      throw Object.assign(new Error(`${path} is no directory`), { code: 'ENOTDIR' })
    }
    await access(path, constants.W_OK | constants.X_OK)
    return path
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error
    return nearestDirectory(dirname(path))
  }
}

async function checkContent(directory: string): Promise<void> {
  const names = await readdir(directory)
  if (names.includes(dataFile)) expectOurs(join(directory, dataFile))
  // What begins with a dot, and lost+found, are a system's own marks in a directory that is otherwise new.
  else if (names.some((name) => !/^(\.|lost\+found$|relay\.|dev-secret$)/.test(name))) {
    throw new StoreError('foreign', `${directory} holds other things`)
  }
}
