/** The SDK's objects as the page's plain values. */
import {
  type Conversation,
  type IMClient,
  type Message,
  ParleyError,
  RecalledMessage,
  TextMessage,
} from '@parley/client'
import type { ChatConversation, ChatMessage, Names } from './chat.ts'
import { type Crew, rightsOf } from './parley-members.ts'
import { reasonText } from './wording.ts'

/** Longer ones are no names. */
const maxNameLength = 60

type Profiles = Pick<IMClient, 'profile'>

/** On one line, and short enough to stand everywhere. */
export function namesOf(client: Profiles, people: Iterable<string>): Names {
  const names: [string, string][] = []
  for (const user of people) {
    const name = (client.profile(user).name ?? '').replaceAll(/\s+/gu, ' ').trim()
    if (name !== '') names.push([user, Array.from(name).slice(0, maxNameLength).join('')])
  }
  return Object.fromEntries(names)
}

/** `mostNamed`: of so many members the names are wanted. */
export function conversationOf(
  client: Profiles,
  conversation: Conversation,
  { crew, mostNamed }: { readonly crew?: Crew | undefined; readonly mostNamed: number },
): ChatConversation {
  const { lastMessage, syncState, members, typingMembers } = conversation
  const shown = new Set([...members.slice(0, mostNamed), ...typingMembers])
  if (lastMessage !== null) shown.add(lastMessage.from)
  return {
    id: conversation.id,
    name: conversation.name,
    members,
    names: namesOf(client, shown),
    memberCount: conversation.memberCount,
    roles: crew?.roles ?? {},
    muted: conversation.mutedMembers,
    blocked: crew?.blocked ?? [],
    rights: rightsOf(conversation),
    last: lastMessage === null ? null : messageOf(lastMessage),
    lastAt: conversation.lastMessageAt.getTime(),
    unread: conversation.unreadMessagesCount,
    mentioned: conversation.unreadMessagesMentioned,
    draft: conversation.draft?.text ?? '',
    typing: typingMembers,
    sync: syncState === 'unknown' ? 'left' : syncState,
    pinned: conversation.pinned,
    quiet: conversation.muted,
  }
}

export function messageOf(message: Message): ChatMessage {
  const { id, cid, from, timestamp, seq, status, error, type } = message
  return {
    id,
    conversation: cid,
    from,
    text: textOf(message),
    plain: type === TextMessage.TYPE,
    edited: message.updatedAt !== null,
    reactions: message.reactions,
    replyTo: message.replyTo,
    mentions: message.getMentionList(),
    mentionsAll: message.mentionedAll,
    time: timestamp.getTime(),
    seq,
    state: status === 'failed' || status === 'sending' ? status : 'sent',
    recalled: type === RecalledMessage.TYPE,
    ...(status === 'delivered' || status === 'read' ? { reached: status } : {}),
    ...(error === undefined ? {} : { reason: error }),
  }
}

/** What the page has no picture of it has a word for. */
const words: ReadonlyMap<number, string> = new Map([
  [-2, 'Picture'],
  [-3, 'Sound'],
  [-4, 'Film'],
  [-5, 'Place'],
  [-6, 'File'],
  [-10, 'Several things'],
  [-11, 'Data'],
])

function textOf(message: Message): string {
  const text = message.getText()
  if (message.type === TextMessage.TYPE || message.type === RecalledMessage.TYPE) return text
  const word = words.get(message.type)
  if (word === undefined) return text === '' ? '[Something this page cannot show]' : text
  return `[${word}] ${text}`.trim()
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
