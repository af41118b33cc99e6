/** What one can do with a conversation for oneself: nobody else sees any of it. Rules: AC35. */
import type { ChatConversation, KeepAction } from './chat.ts'
import { confirmDialog } from './dialog.ts'
import { type MenuItem, openMenu } from './menu.ts'

export type Keep = (conversation: string, action: KeepAction) => void

interface MenuPlace {
  readonly title: string
  readonly beside: HTMLElement
  readonly back: () => void
}

export function openConversationMenu(
  conversation: ChatConversation,
  { title, beside, back }: MenuPlace,
  keep: Keep,
): void {
  openMenu({ label: title, beside, back, items: keepItems(conversation, title, keep) })
}

/** What the relay has not heard of yet can neither be hidden nor cleared: both are said of messages that it has. */
export function keepItems(conversation: ChatConversation, title: string, keep: Keep): readonly MenuItem[] {
  const { id, pinned, quiet, sync, last } = conversation
  const item = (action: KeepAction, label: string, image: MenuItem['icon']): MenuItem => ({
    label,
    icon: image,
    act: () => keep(id, action),
  })
  const items = [
    pinned ? item('unpin', 'Unpin', 'pin') : item('pin', 'Pin to the top', 'pin'),
    quiet ? item('unmute', 'Unmute', 'bell') : item('mute', 'Mute', 'hush'),
    sync !== 'local' && item('hide', 'Hide until the next message', 'hide'),
    sync !== 'local' &&
      last !== null && {
        ...item('clear', 'Clear history for me', 'bin'),
        grave: true,
        act: () => confirmClear(title, () => keep(id, 'clear')),
      },
  ]
  return items.filter((one) => one !== false)
}

function confirmClear(title: string, then: () => void): void {
  const text =
    `You will not see what was said so far in “${title}” any more, on any of your devices. ` +
    'The others keep it. This cannot be undone.'
  confirmDialog({ title: 'Clear the history for you?', text, yes: 'Clear' }, then)
}
