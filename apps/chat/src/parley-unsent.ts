/** What waits for the relay or was refused, in a plain sentence for each thing one can do. Rules: AC12. */
import type { Unsent as SdkUnsent } from '@parley/client'
import type { Unsent } from './chat.ts'

type Entry = NonNullable<SdkUnsent['entry']>
type Command = NonNullable<SdkUnsent['command']>
type Update = Extract<Command, { readonly op: 'update' }>

export function unsentOf(item: SdkUnsent): Unsent {
  const { id, conversation, state, error, entry } = item
  return {
    id,
    conversation,
    what: whatItIs(item),
    state,
    ...(entry !== undefined && 'op' in entry ? { about: entry.target } : {}),
    ...(error === undefined ? {} : { reason: error }),
  }
}

export function whatItIs({ entry, command }: Pick<SdkUnsent, 'entry' | 'command'>): string {
  if (entry !== undefined) return entryWords(entry)
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

/** An empty text says nothing. */
function textWords(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
