/** Values of the page as tests need them. */
import type { ChatConversation, ChatMessage } from './chat.ts'

export function aMessage(more: Partial<ChatMessage> = {}): ChatMessage {
  return {
    id: 'm',
    conversation: 'c',
    from: 'Tom',
    text: 'Hello',
    plain: true,
    edited: false,
    reactions: [],
    replyTo: null,
    mentions: [],
    mentionsAll: false,
    time: 1,
    seq: 1,
    state: 'sent',
    recalled: false,
    ...more,
  }
}

export function aConversation(more: Partial<ChatConversation> = {}): ChatConversation {
  return {
    id: 'c',
    name: null,
    members: ['Tom', 'Jerry'],
    memberCount: 2,
    names: {},
    roles: { Tom: 'owner', Jerry: 'member' },
    muted: [],
    typing: [],
    blocked: [],
    rights: ['speak'],
    last: null,
    lastAt: 0,
    unread: 0,
    mentioned: false,
    draft: '',
    sync: 'synced',
    pinned: false,
    quiet: false,
    ...more,
  }
}
