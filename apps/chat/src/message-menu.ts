/** What one can do with a message: only what the rules let this person do is offered. Rules: AC29. */
import type { ChatMessage } from './chat.ts'
import { type MenuItem, openMenu } from './menu.ts'

/** The common ones; whatever sign others have set can be set by a click on it. */
const signs: readonly (readonly [string, string])[] = [
  ['👍', 'thumbs up'],
  ['❤️', 'heart'],
  ['😂', 'laughing'],
  ['😮', 'surprised'],
  ['😢', 'sad'],
  ['🎉', 'hooray'],
]

export interface MessageMenuActions {
  readonly reply: (message: ChatMessage) => void
  readonly edit: (message: ChatMessage) => void
  readonly recall: (message: ChatMessage) => void
  readonly copy: (message: ChatMessage) => void
  /** Sets one's own sign, or takes it back when it is set. */
  readonly react: (message: ChatMessage, sign: string) => void
  /** Whether the person may write here now. */
  readonly maySpeak: () => boolean
  readonly isMember: () => boolean
}

/** A text of one's own that the relay has, or will have. */
export function isEditable(message: ChatMessage, self: string): boolean {
  return message.from === self && message.plain && hasMenu(message)
}

export function hasMenu(message: ChatMessage): boolean {
  return !message.recalled && message.state !== 'failed'
}

export function hasReacted(message: ChatMessage, sign: string, self: string): boolean {
  return message.reactions.some((one) => one.sign === sign && one.users.includes(self))
}

export function openMessageMenu(
  message: ChatMessage,
  { self, beside, back }: { readonly self: string; readonly beside: HTMLElement; readonly back: () => void },
  actions: MessageMenuActions,
): void {
  const speaks = actions.maySpeak()
  const own = message.from === self
  const items: readonly (MenuItem | false)[] = [
    speaks && { label: 'Reply', icon: 'reply', act: () => actions.reply(message) },
    speaks &&
      isEditable(message, self) && { label: 'Edit', icon: 'pencil', act: () => actions.edit(message) },
    message.text !== '' && { label: 'Copy text', icon: 'copy', act: () => actions.copy(message) },
    own &&
      actions.isMember() && {
        label: 'Take back',
        icon: 'undo',
        grave: true,
        act: () => actions.recall(message),
      },
  ]
  openMenu({
    label: 'Message',
    beside,
    back,
    signs: speaks
      ? signs.map(([sign, word]) => ({
          sign,
          label: `React with ${word}`,
          set: hasReacted(message, sign, self),
          act: () => actions.react(message, sign),
        }))
      : [],
    items: items.filter((item) => item !== false),
  })
}
