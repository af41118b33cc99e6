/** What waits for the relay or was refused, in a plain sentence for each thing one can do. Rules: AC12, AC37. */
import type { Unsent as SdkUnsent } from '@parley/client'
import type { Unsent } from './chat.ts'

type Entry = NonNullable<SdkUnsent['entry']>
type Command = NonNullable<SdkUnsent['command']>
type Own = NonNullable<SdkUnsent['person']>
type Update = Extract<Command, { readonly op: 'update' }>

export function unsentOf(item: SdkUnsent): Unsent {
  const { id, state, error, entry, person } = item
  const conversation = person?.op === 'setting' ? person.conversation : item.conversation
  return {
    id,
    conversation,
    what: whatItIs(item),
    state,
    ...(entry !== undefined && 'op' in entry ? { about: entry.target } : {}),
    ...(error === undefined ? {} : { reason: error }),
  }
}

export function whatItIs({
  entry,
  command,
  person,
}: Pick<SdkUnsent, 'entry' | 'command' | 'person'>): string {
  if (entry !== undefined) return entryWords(entry)
  if (person !== undefined) return ownWords(person)
  return command === undefined ? 'A change' : commandWords(command)
}

function entryWords(entry: Entry): string {
  if (!('op' in entry)) return textWords(entry.text) ?? 'A message'
  switch (entry.op) {
    case 'recall':
      return 'Taking back a message'
    case 'edit': {
      const text = textWords(entry.text)
      return text === undefined ? 'Editing a message' : `Editing a message to “${text}”`
    }
    case 'react':
      return entry.on ? `Reacting with ${entry.sign}` : `Taking back the reaction ${entry.sign}`
  }
}

function commandWords(command: Command): string {
  switch (command.op) {
    case 'create':
      return command.name === null
        ? `New conversation with ${command.members.join(', ')}`
        : `New conversation “${command.name}”`
    case 'add':
      return `Adding ${command.members.join(', ')}`
    case 'remove':
      return `Removing ${command.members.join(', ')}`
    case 'join':
      return 'Joining'
    case 'quit':
      return 'Leaving'
    case 'update':
      return updateWords(command)
    case 'role':
      return `Making ${command.members.join(', ')} ${command.role === 'manager' ? 'manager' : 'plain member'}`
    case 'mute':
      return `Muting ${command.members.join(', ')}`
    case 'unmute':
      return `Unmuting ${command.members.join(', ')}`
    case 'block':
      return `Blocking ${command.members.join(', ')}`
    case 'unblock':
      return `Unblocking ${command.members.join(', ')}`
  }
}

function updateWords({ name, icon, policy }: Update): string {
  if (typeof name === 'string') return `Renaming the conversation to “${name}”`
  if (name === null) return 'Taking away the name of the conversation'
  if (policy !== undefined) return 'Changing who may do what'
  return icon === undefined ? 'Changing what is kept about the conversation' : 'Changing the picture'
}

/** What is the person's own, and no conversation's. */
function ownWords(own: Own): string {
  switch (own.op) {
    case 'profile':
      return profileWords(own.set)
    case 'contact':
      return contactWords(own)
    case 'setting':
      return settingWords(own)
    case 'block':
      return `Blocking ${own.users.join(', ')}`
    case 'unblock':
      return `Unblocking ${own.users.join(', ')}`
    case 'refuse':
      return 'Refusing invitations'
    case 'admit':
      return 'Letting others invite you again'
  }
}

function profileWords({ name, icon }: Extract<Own, { readonly op: 'profile' }>['set']): string {
  if (typeof name === 'string') return `Calling yourself “${name}”`
  if (name === null) return 'Taking away your name'
  return icon === undefined ? 'Changing what you say of yourself' : 'Changing your picture'
}

function contactWords({ act, user, text }: Extract<Own, { readonly op: 'contact' }>): string {
  switch (act) {
    case 'request':
      return `Asking ${user} to be a contact`
    case 'accept':
      return `Accepting ${user} as a contact`
    case 'decline':
      return `Declining the request of ${user}`
    case 'remove':
      return `Removing ${user} from your contacts`
    case 'remark':
      return text === undefined ? `Taking away your note about ${user}` : `Noting “${text}” about ${user}`
  }
}

function settingWords(setting: Extract<Own, { readonly op: 'setting' }>): string {
  const { pinned, muted, hidden, cleared, read } = setting
  if (pinned !== undefined) return pinned ? 'Pinning the conversation' : 'Unpinning the conversation'
  if (muted !== undefined) return muted ? 'Muting the conversation' : 'Unmuting the conversation'
  // Clearing marks as read, too.
  if (cleared !== undefined) return 'Clearing the history for you'
  if (hidden !== undefined)
    return hidden === null ? 'Showing the conversation again' : 'Hiding the conversation'
  return read === undefined ? 'A change' : 'Marking the conversation as read'
}

/** An empty text says nothing. */
function textWords(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
