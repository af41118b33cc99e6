/**
 * The limits a relay is run with: each an option, the relay's own value as its default. The options of `parley relay` and
 * the table of docs/limits.md are made of this list. Rules AR30 to AR32.
 */
import { defaultLimits, type RelayLimits } from '@parley/relay'
import { defaultMaxGreeting, defaultMaxSockets } from '@parley/relay/node'
import { gib, kib, mib, showAmount, type Unit } from './amounts.ts'

/** Of what stands around the relay's core. */
export type ServerLimit = 'maxSockets' | 'maxGreeting'

export const serverDefaults: Readonly<Record<ServerLimit, number>> = {
  maxSockets: defaultMaxSockets,
  maxGreeting: defaultMaxGreeting,
}

export type LimitField = keyof RelayLimits | ServerLimit

/** What becomes of more than a limit allows, and the code it is told with; '' where nothing is. */
interface Effect {
  readonly beyond: string
  readonly code: string
}

export interface LimitOption extends Effect {
  readonly name: string
  readonly field: LimitField
  readonly unit: Unit
  readonly least: number
  readonly most: number
  readonly scope: string
  readonly help: string
}

type Row = readonly [
  name: string,
  field: LimitField,
  unit: Unit,
  least: number,
  most: number,
  effect: Effect,
  help: string,
]

const million = 1_000_000
const tib = 1024 * gib

const comesAgain = 'comes again after the wait it is told; devices do that by themselves'
const late: Effect = { beyond: comesAgain, code: 'rate-limited' }
const full: Effect = { beyond: comesAgain, code: 'overloaded' }
const ended: Effect = {
  beyond: 'the session ends; the device comes back after the wait it is told',
  code: 'overloaded',
}
const slow: Effect = { beyond: 'the session ends; the device comes back', code: 'slow-consumer' }
const queued: Effect = { beyond: 'waits in line', code: '' }
const unheard: Effect = { beyond: 'not heard; said again later where it matters', code: '' }
const final = (code: string): Effect => ({
  beyond: 'refused for good; stands among what is unsent, with the code',
  code,
})
const only = (beyond: string, code = ''): Effect => ({ beyond, code })

const ofRelay: readonly Row[] = [
  ['max-sockets', 'maxSockets', 'number', 1, million, only('HTTP 503'), 'Sockets at once.'],
  ['max-greeted', 'maxGreetedAtOnce', 'number', 1, 10_000, queued, 'Hellos looked at at once.'],
  ['max-queued-size', 'maxQueuedBytes', 'size', mib, 16 * gib, full, 'What waits for a turn, in memory.'],
]

const ofAddress: readonly Row[] = [
  ['max-greeting', 'maxGreeting', 'number', 1, million, only('HTTP 503'), 'Sockets without a session yet.'],
]

const ofSession: readonly Row[] = [
  ['max-frames-per-second', 'maxFramesPerSecond', 'number', 10, million, ended, 'Frames it sends.'],
  ['max-frames-burst', 'maxFramesBurst', 'number', 100, million, ended, 'As many frames at once.'],
  ['max-in-flight', 'maxQueuedUpdates', 'number', 64, million, full, 'Updates and commands that wait.'],
  ['max-questions', 'maxQueuedReads', 'number', 1, 10_000, ended, 'Questions that wait.'],
  ['max-refusals', 'maxRefusals', 'number', 64, million, ended, 'Refusals that are final.'],
  [
    'max-answers-per-second',
    'maxReadBytesPerSecond',
    'size',
    64 * kib,
    gib,
    queued,
    'What it is sent in answer.',
  ],
  ['max-answers-burst', 'maxReadBytesBurst', 'size', mib, 16 * gib, queued, 'As much of that at once.'],
  [
    'max-signals-per-second',
    'maxSignalsPerSecond',
    'number',
    1,
    10_000,
    unheard,
    'Typing, passing messages.',
  ],
  ['max-marks-per-second', 'maxMarksPerSecond', 'number', 1, 10_000, unheard, 'Marks of delivered and read.'],
  [
    'max-watched',
    'maxWatchedUsers',
    'number',
    1,
    1000,
    only('told of once'),
    'Users whose presence it follows.',
  ],
  [
    'max-unsent',
    'maxBufferedBytes',
    'size',
    64 * kib,
    gib,
    only('served from the log when it has drained'),
    'What its socket holds back.',
  ],
  [
    'max-drain-time',
    'maxDrainMs',
    'duration',
    1000,
    3_600_000,
    slow,
    'How long it takes nothing while it is behind.',
  ],
  ['min-drain', 'minDrainBytes', 'size', 1, mib, slow, 'What counts as taking something.'],
]

const ofUser: readonly Row[] = [
  ['max-updates-per-second', 'maxUserUpdatesPerSecond', 'number', 1, million, late, 'Updates and commands.'],
  ['max-updates-burst', 'maxUserUpdatesBurst', 'number', 64, million, late, 'As many of them at once.'],
  ['max-written-per-second', 'maxUserBytesPerSecond', 'size', kib, gib, late, 'Their bytes.'],
  ['max-written-burst', 'maxUserBytesBurst', 'size', 256 * kib, 16 * gib, late, 'As many bytes at once.'],
  ['max-user-queued-size', 'maxQueuedUserBytes', 'size', 512 * kib, 16 * gib, full, 'What waits for a turn.'],
  [
    'max-sessions',
    'maxUserSessions',
    'number',
    1,
    10_000,
    only('not let in; those in session stay', 'overloaded'),
    'Devices in session at once.',
  ],
  [
    'max-hellos-per-minute',
    'maxHellosPerMinute',
    'number',
    1,
    million,
    only('not let in before the wait it is told', 'overloaded'),
    'Sessions begun.',
  ],
  [
    'max-queries-per-minute',
    'maxQueriesPerMinute',
    'number',
    1,
    million,
    only('told when to ask again', 'rate-limited'),
    'Queries for conversations.',
  ],
  ['max-creations-per-hour', 'maxCreationsPerHour', 'number', 1, million, late, 'Conversations made.'],
  [
    'max-created',
    'maxUserCreated',
    'number',
    1,
    100 * million,
    final('too-many-conversations'),
    'Conversations made in all.',
  ],
  [
    'max-conversations',
    'maxUserConversations',
    'number',
    1,
    million,
    final('too-many-conversations'),
    'Conversations he is in.',
  ],
  [
    'max-user-size',
    'maxUserBytes',
    'size',
    kib,
    tib,
    final('quota-exceeded'),
    'What he wrote, as it is stored.',
  ],
]

const ofConversation: readonly Row[] = [
  ['max-members', 'maxConversationMembers', 'number', 2, 5000, final('conversation-full'), 'Members.'],
  [
    'max-conversation-size',
    'maxConversationBytes',
    'size',
    kib,
    tib,
    final('conversation-full'),
    'What was written in it, as it is stored.',
  ],
  [
    'max-receipt-members',
    'maxReceiptMembers',
    'number',
    1,
    100,
    only('nobody is told who has got how far'),
    'Members, where receipts are kept.',
  ],
]

export const limitOptions: readonly LimitOption[] = [
  ...optionsOf('relay', ofRelay),
  ...optionsOf('address', ofAddress),
  ...optionsOf('session', ofSession),
  ...optionsOf('user', ofUser),
  ...optionsOf('conversation', ofConversation),
]

function optionsOf(scope: string, rows: readonly Row[]): readonly LimitOption[] {
  return rows.map(([name, field, unit, least, most, effect, help]) => ({
    ...effect,
    name,
    field,
    unit,
    least,
    most,
    scope,
    help,
  }))
}

/** As it would be typed. */
export function fallbackOf({ field, unit }: LimitOption): string {
  return showAmount(unit, { ...defaultLimits, ...serverDefaults }[field])
}

/** For docs/limits.md, which a test holds against this. */
export function limitTable(): string {
  return [
    '| of a | limit | option | default | what becomes of more | code |',
    '| --- | --- | --- | --- | --- | --- |',
    ...limitOptions.map((option) => {
      const { scope, help, name, beyond, code } = option
      const cells = [scope, help.slice(0, -1), `\`--${name}\``, fallbackOf(option), beyond]
      return `| ${[...cells, code === '' ? 'none' : `\`${code}\``].join(' | ')} |`
    }),
  ].join('\n')
}
