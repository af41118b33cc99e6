/** How one keeps a conversation, as calls of the SDK. */
import type { Conversation } from '@parley/client'
import type { KeepAction } from './chat.ts'

/** Resolves when the device has it; a refusal that comes later is an event. */
export async function keepAs(conversation: Conversation, action: KeepAction): Promise<void> {
  switch (action) {
    case 'pin':
      await conversation.pin()
      return
    case 'unpin':
      await conversation.unpin()
      return
    case 'mute':
      await conversation.mute()
      return
    case 'unmute':
      await conversation.unmute()
      return
    case 'hide':
      await conversation.hide()
      return
    case 'clear':
      await conversation.clearHistory()
  }
}
