/** Names of people and conversations: which are allowed, how a list of them is typed, how one is shown. */
import type { ChatConversation, Names } from './chat.ts'

export const maxShownNames = 4

/** As the SDK has it: 1 to 64 of these characters. */
export function isName(text: string): boolean {
  return /^[A-Za-z0-9_\-.@:]{1,64}$/.test(text)
}

export type NameList =
  | { readonly valid: true; readonly names: readonly string[] }
  | { readonly valid: false; readonly detail: string }

/** Names parted by spaces or commas, each once, without one's own. */
export function parseNames(text: string, self: string): NameList {
  const names = [...new Set(text.split(/[\s,;，、]+/u).filter((name) => name !== '' && name !== self))]
  const wrong = names.find((name) => !isName(name))
  if (wrong !== undefined) {
    return {
      valid: false,
      detail: `“${wrong}” is not a name: letters, digits and _ - . @ : only, 64 at most.`,
    }
  }
  if (names.length === 0) return { valid: false, detail: 'Name at least one other person.' }
  return { valid: true, names }
}

/** What somebody is called; by his id as long as nothing else is known. */
export function called(user: string, names: Names): string {
  return (Object.hasOwn(names, user) ? names[user] : undefined) ?? user
}

/** The same for the same people, whatever they call themselves meanwhile: what colours go by. */
export function plainTitleOf(conversation: ChatConversation, self: string): string {
  return titleOf({ ...conversation, names: {} }, self)
}

/** Its own name, or the others in it. */
export function titleOf(conversation: ChatConversation, self: string): string {
  if (conversation.name !== null && conversation.name !== '') return conversation.name
  const others = conversation.members.filter((member) => member !== self)
  if (others.length === 0) {
    if (conversation.memberCount > 1 && conversation.members.length === 0)
      return `${conversation.memberCount} people`
    return conversation.sync === 'left' ? 'A conversation you left' : 'Only you'
  }
  const shown = others
    .slice(0, maxShownNames)
    .map((one) => called(one, conversation.names))
    .join(', ')
  return others.length > maxShownNames ? `${shown} and ${others.length - maxShownNames} more` : shown
}

/** What the page's title counts: of what is muted nobody is told. */
export function loudUnread(conversations: readonly ChatConversation[]): number {
  return conversations.reduce((sum, { quiet, unread }) => sum + (quiet ? 0 : unread), 0)
}
