/**
 * The sentences about the connection, about what waits and about what was refused. Every refusal has one that says what
 * to do; a code this page has never heard of is shown with what the relay says about it.
 *
 * Rules: AC10, AC11, AC12, AC16, AC31, AC33, AC38, AC40.
 */
import type {
  ChatConversation,
  ChatMessage,
  ChatReaction,
  Connection,
  Names,
  Reason,
  Unsent,
} from './chat.ts'
import { called } from './names.ts'

export interface ConnectionText {
  readonly tone: 'good' | 'quiet' | 'warn'
  readonly text: string
  /** Counts down while the text stays. */
  readonly seconds?: number
  readonly action?: 'retry'
}

/** `now` by the clock of `Connection.until`. */
export function connectionText(connection: Connection, now: number): ConnectionText {
  switch (connection.is) {
    case 'connected':
      return { tone: 'good', text: 'Connected' }
    case 'connecting':
      return { tone: 'quiet', text: 'Connecting' }
    case 'waiting':
      return {
        tone: 'warn',
        text: 'Offline, waiting to try again',
        seconds: Math.max(0, Math.ceil((connection.until - now) / 1000)),
        action: 'retry',
      }
    case 'offline':
      return { tone: 'warn', text: 'Offline: this device has no network' }
    case 'elsewhere':
      return { tone: 'warn', text: 'Opened in another tab' }
    case 'ended':
      return { tone: 'warn', text: connection.reason }
  }
}

/** undefined: nobody is. */
export function typingText(names: readonly string[]): string | undefined {
  const [one, other] = names
  if (one === undefined) return undefined
  if (other === undefined) return `${one} is typing…`
  return names.length === 2 ? `${one} and ${other} are typing…` : `${names.length} people are typing…`
}

const reasons: Readonly<Record<string, string>> = {
  'not-a-member': 'You are not in this conversation any more.',
  'not-allowed': 'The rules of this conversation do not let you do that.',
  'not-found': 'There is no such conversation, or it is not open to you.',
  'members-fixed': 'A one-to-one conversation keeps its two members. Start a new one with more people.',
  'already-exists': 'A conversation with this id exists already.',
  'conversation-full': 'The conversation holds as much as it can: no more people, or no more messages.',
  'quota-exceeded': 'All your room is taken. What you take back gives some of it back.',
  'too-many-conversations': 'No room for one more conversation. Leave one first.',
  removed: 'You were removed from this conversation; somebody in it can add you again.',
  muted: 'You may not write here for the time being.',
  blocked: 'You are kept out of this conversation.',
  'target-recalled': 'The message it was about has been taken back.',
  'unknown-message': 'That message is not on this device yet.',
  'storage-full': 'The storage of this device is full.',
  'page-full': 'Too much has been done to these messages already.',
  'bad-content': 'The relay cannot take a message like this.',
  'too-large': 'The message is too long. Send it in parts.',
  'conversation-refused': 'The conversation itself was refused; try that first.',
  'target-refused': 'The message it was about was refused.',
  'target-unknown': 'The message it is about does not exist.',
  declined: 'Somebody in it does not want that.',
  'too-many': 'There is no room for one more. Take another one away first.',
  OFFLINE: 'This needs a connection, and there is none now.',
}

export function reasonText(reason: Reason | undefined): string {
  if (reason === undefined) return 'The relay gave no reason.'
  return (
    reasons[reason.code] ?? (reason.detail === '' ? `The relay refused it (${reason.code}).` : reason.detail)
  )
}

const memberReasons: Readonly<Record<string, string>> = {
  'not-a-member': 'not in this conversation',
  'not-allowed': 'more than your rights here reach',
  blocked: 'blocked here; unblock first',
  declined: 'not to be added by you',
  'conversation-full': 'more than the conversation can hold',
  'too-many': 'more than there is room for',
  'too-many-conversations': 'in as many conversations as may be',
}

/** For whom something did not work, and why: “Mary: blocked here; unblock first.” */
export function memberFailureText(members: readonly string[], code: string): string {
  return `${members.join(', ')}: ${memberReasons[code] ?? `refused (${code})`}.`
}

/** What stands where one would write, for whom may not; undefined for whom may. */
export function silenceText(conversation: ChatConversation, self: string): string | undefined {
  if (conversation.sync === 'left')
    return 'You are not in this conversation any more. What you have of it stays here.'
  if (conversation.muted.includes(self))
    return 'You were muted: for the time being you can read here, and not write.'
  if (!conversation.rights.includes('speak'))
    return 'You can read here. Writing is for those who lead this conversation.'
  return undefined
}

/** What is read out for a message, in this order: who, what, when, what was done to it, what became of it. */
export function messageLabel(
  message: ChatMessage,
  self: string,
  {
    time,
    quoted,
    waits = false,
    names = {},
  }: {
    readonly time: string
    readonly quoted?: string
    readonly waits?: boolean
    readonly names?: Names
  },
): string {
  const own = message.from === self
  const who = own ? 'You' : called(message.from, names)
  if (message.recalled) return `${who} took back a message, ${time}`
  const parts = [
    `${who}: ${message.text}`,
    quoted !== undefined && `in answer to ${quoted}`,
    time,
    message.edited && 'edited',
    ...message.reactions.map((reaction) => reactionText(reaction, self, names)),
    waits && message.state === 'sent' && 'a change of it waits to be sent',
    own && stateText(message),
  ]
  return parts.filter((part) => part !== false).join(', ')
}

/** “👍 from you and Jerry” */
export function reactionText({ sign, users }: ChatReaction, self: string, names: Names = {}): string {
  const all = users.map((user) => (user === self ? 'you' : called(user, names)))
  const last = all.at(-1) ?? 'nobody'
  return `${sign} from ${all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${last}` : last}`
}

/** A message in a few words, as a quoted line has it: whose, and what. */
export function quoteOf(
  message: ChatMessage,
  self: string,
  names: Names = {},
): { readonly who: string; readonly text: string } {
  const who = message.from === self ? 'You' : called(message.from, names)
  return { who, text: message.recalled ? 'Message taken back' : clipped(message.text) }
}

const mostQuoted = 120

/** As much of a text as reminds of it. */
export function clipped(text: string): string {
  const letters = Array.from(text.slice(0, 2 * mostQuoted + 2))
  return letters.length > mostQuoted ? `${letters.slice(0, mostQuoted).join('')}…` : text
}

export function stateText(message: ChatMessage): string {
  if (message.state === 'failed') return `not sent: ${reasonText(message.reason)}`
  return message.state === 'sending' ? 'waiting to be sent' : (message.reached ?? 'sent')
}

/** Says nothing when nothing waits. */
export function unsentText(unsent: readonly Unsent[]): string {
  const refused = unsent.filter((item) => item.state === 'refused').length
  const waiting = unsent.length - refused
  const parts = [waiting > 0 && `${waiting} waiting to be sent`, refused > 0 && `${refused} not sent`]
  return parts.filter((part) => part !== false).join(', ')
}
