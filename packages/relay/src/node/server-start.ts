/**
 * What must hold before a relay may start. Looks only; nothing is written. Rule RE120.
 */
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { isLoopbackName } from './http-origin.ts'
import { type ServePage, createPageServer } from './http-page.ts'
import { RelayServerError, errorCode, explainStore } from './server-errors.ts'
import { minSecretBytes } from './server-limits.ts'
import type { TokenRules } from './token.ts'

/** Whoever reaches a relay under development may be anybody. */
export function checkDevHost(host: string): void {
  if (isLoopbackName(host)) return
  throw new RelayServerError(
    'dev-not-local',
    `--dev gives a token to whoever asks, so it runs on this machine alone, not on ${host}. Leave out --host, or start without --dev and with a secret.`,
  )
}

export function checkTokens(tokens: TokenRules | undefined, dev: boolean): void {
  if (tokens === undefined) {
    if (dev) return
    throw new RelayServerError(
      'secret-missing',
      'The relay needs the secret that tokens are signed with. Give it with --secret-file, or try the relay out with --dev.',
    )
  }
  if (tokens.secret.length < minSecretBytes) {
    throw new RelayServerError(
      'secret-weak',
      `The secret is too short: HS256 needs ${minSecretBytes} bytes. Make one with "openssl rand -base64 32".`,
    )
  }
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

/** The directory, or the nearest one above it that exists, must be a directory we may write in. */
export async function checkDirectory(directory: string): Promise<void> {
  let path = resolve(directory)
  for (;;) {
    try {
      if (!(await stat(path)).isDirectory())
        throw Object.assign(new Error(`${path} is a file`), { code: 'ENOTDIR' })
      await access(path, constants.W_OK | constants.X_OK)
      return
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw explainStore(error, directory)
      path = dirname(path)
    }
  }
}
