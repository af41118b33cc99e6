/** The SDK's objects as the page's plain values. */
import {
  type Conversation,
  type Message,
  ParleyError,
  RecalledMessage,
  type Unsent as SdkUnsent,
} from '@parley/client'
import type { ChatConversation, ChatMessage, Unsent } from './chat.ts'
import { reasonText } from './wording.ts'

export function conversationOf(conversation: Conversation): ChatConversation {
  const { lastMessage, syncState } = conversation
  return {
    id: conversation.id,
    name: conversation.name,
    members: conversation.members,
    memberCount: conversation.memberCount,
    creator: conversation.creator,
    last: lastMessage === null ? null : messageOf(lastMessage),
    lastAt: conversation.lastMessageAt.getTime(),
    unread: conversation.unreadMessagesCount,
    draft: conversation.draft?.text ?? '',
    sync: syncState === 'unknown' ? 'left' : syncState,
    mayRemove: conversation.role === 'owner',
  }
}

export function messageOf(message: Message): ChatMessage {
  const { id, cid, from, timestamp, seq, status, error } = message
  return {
    id,
    conversation: cid,
    from,
    text: message.getText(),
    time: timestamp.getTime(),
    seq,
    state: status === 'failed' || status === 'sending' ? status : 'sent',
    recalled: message.type === RecalledMessage.TYPE,
    ...(error === undefined ? {} : { reason: error }),
  }
}

export function unsentOf(item: SdkUnsent): Unsent {
  const { id, conversation, state, error } = item
  return { id, conversation, what: whatItIs(item), state, ...(error === undefined ? {} : { reason: error }) }
}

export function whatItIs({ entry, command }: Pick<SdkUnsent, 'entry' | 'command'>): string {
  if (entry !== undefined) return 'op' in entry ? 'Recall of a message' : (entry.text ?? 'A message')
  switch (command?.op) {
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
    case undefined:
      return 'A change'
  }
}

/** What people are told when a call is refused at once: the sentence, not the code. */
export async function failingPlainly<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ParleyError) throw new Error(reasonText(error), { cause: error })
    throw error
  }
}
