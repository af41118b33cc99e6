/**
 * Why a relay does not start: a closed set of codes, each with one plain sentence that says what to do.
 *
 * Nothing has been changed when one of these is thrown: no file written, no port held. Rule RE120.
 */
import { StoreError, type StoreErrorKind } from '../store.ts'

export type ServerErrorCode =
  | 'port-in-use'
  | 'port-refused'
  | 'host-unknown'
  | 'data-unwritable'
  | 'data-full'
  | 'data-foreign'
  | 'data-newer'
  | 'data-in-use'
  | 'data-broken'
  | 'dev-not-local'
  | 'secret-missing'
  | 'secret-weak'
  | 'keys-unusable'
  | 'algorithm-unfit'
  | 'page-missing'

export class RelayServerError extends Error {
  readonly code: ServerErrorCode

  constructor(code: ServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RelayServerError'
    this.code = code
  }
}

/** What `listen` failed with, in our words; anything we do not know is a fault and stays what it is. */
export function explainListen(error: unknown, host: string, port: number): unknown {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return new RelayServerError(
        'port-in-use',
        `Port ${port} on ${host} is in use by another program. Stop that program, or choose another port with --port.`,
        { cause: error },
      )
    case 'EACCES':
      return new RelayServerError(
        'port-refused',
        `This user may not listen on port ${port} of ${host}. Choose a port from 1024 upwards with --port.`,
        { cause: error },
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new RelayServerError(
        'host-unknown',
        `This machine has no address ${host} to listen on. Use --host 127.0.0.1 for this machine alone, or --host 0.0.0.0 for every network.`,
        { cause: error },
      )
    default:
      return error
  }
}

/** Why a data directory cannot be used; anything we do not know is a fault and stays what it is. */
export function explainStore(error: unknown, directory: string): unknown {
  const code = dataCode(error)
  if (code === undefined) return error
  return new RelayServerError(
    code,
    dataSentences[code].replaceAll('%', () => directory),
    { cause: error },
  )
}

/** Of a store that names another error as the cause, that one says more. */
function dataCode(error: unknown): DataCode | undefined {
  if (!(error instanceof Error)) return undefined
  const { cause } = error
  const result = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : 0
  const known = systemCodes.get(errorCode(error)) ?? sqliteCodes.get(result) ?? dataCode(cause)
  return known ?? (error instanceof StoreError ? codes[error.kind] : undefined)
}

type DataCode = Extract<ServerErrorCode, `data-${string}`>

const codes: Readonly<Record<StoreErrorKind, DataCode>> = {
  full: 'data-full',
  broken: 'data-broken',
  foreign: 'data-foreign',
  newer: 'data-newer',
  'in-use': 'data-in-use',
}

const systemCodes: ReadonlyMap<string, DataCode> = new Map([
  ['EACCES', 'data-unwritable'],
  ['EPERM', 'data-unwritable'],
  ['EROFS', 'data-unwritable'],
  ['ENOTDIR', 'data-unwritable'],
  ['EEXIST', 'data-unwritable'],
  ['ENOENT', 'data-unwritable'],
  ['EISDIR', 'data-foreign'],
  ['EIO', 'data-broken'],
  ['ENOSPC', 'data-full'],
  ['EDQUOT', 'data-full'],
])

/** SQLite's own: PERM, READONLY and CANTOPEN; FULL. */
const sqliteCodes: ReadonlyMap<number, DataCode> = new Map([
  [3, 'data-unwritable'],
  [8, 'data-unwritable'],
  [14, 'data-unwritable'],
  [13, 'data-full'],
])

const dataSentences: Readonly<Record<DataCode, string>> = {
  'data-unwritable':
    'The data directory % cannot be written. Make it writable for this user, or choose another directory with --data.',
  'data-full':
    'The disk of the data directory % is full. Make room, or choose another directory with --data.',
  'data-broken':
    'The data in % cannot be read. Run "parley check --data %", and restore a backup if it finds a fault.',
  'data-foreign':
    "The directory % holds something that is not a relay's data. Choose an empty or a new directory with --data.",
  'data-newer':
    'The data in % was written by a newer version of Parley. Start that version, or choose another directory with --data.',
  'data-in-use':
    'Another relay is using the data in %. Stop that one, or choose another directory with --data.',
}

/** The code of a system error, or ''. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
