/** What the command ends with, so that whoever starts it can tell the kinds apart. */
import type { ServerErrorCode } from '@parley/relay/node'

interface ExitCode {
  readonly code: number
  readonly when: string
}

export const exitCodes: readonly ExitCode[] = [
  { code: 0, when: 'it did what it was asked' },
  { code: 1, when: 'a fault of its own; `check` found something wrong; or the relay refused `revoke`' },
  {
    code: 2,
    when: 'the command line or the environment is wrong, or a secret, key or page it names is missing',
  },
  { code: 3, when: 'the port or the address cannot be listened on' },
  { code: 4, when: 'the data directory cannot be written, or its disk is full' },
  { code: 5, when: 'the data directory holds something else' },
  { code: 6, when: 'the data was written by a newer version' },
  { code: 7, when: 'another relay is using the data' },
  { code: 8, when: 'the data cannot be read' },
]

export const exitCodeOf: Readonly<Record<ServerErrorCode, number>> = {
  'secret-missing': 2,
  'secret-weak': 2,
  'keys-unusable': 2,
  'algorithm-unfit': 2,
  'dev-not-local': 2,
  'page-missing': 2,
  'port-in-use': 3,
  'port-refused': 3,
  'host-unknown': 3,
  'data-unwritable': 4,
  'data-full': 4,
  'data-foreign': 5,
  'data-newer': 6,
  'data-in-use': 7,
  'data-broken': 8,
}
