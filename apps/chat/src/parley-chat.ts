/** The page's `Chat` over the SDK. No file but this and those named like it knows the SDK. Rules: AC2. */
import { type Conversation, type IMClient, Realtime, TextMessage, type Unsent } from '@parley/client'
import type { Chat, ChatConversation, ChatEvent } from './chat.ts'
import { isName } from './names.ts'
import { listenTo } from './parley-events.ts'
import { unsentOf } from './parley-unsent.ts'
import { conversationOf, failingPlainly, messageOf } from './parley-values.ts'

export async function openChat(user: string): Promise<Chat> {
  const realtime = new Realtime({
    server: location.origin.replace(/^http/, 'ws'),
    token: () => fetchToken(user),
  })
  return createChat(realtime, await failingPlainly(realtime.createIMClient(user)))
}

/** For trying things out: the relay's `--dev` mode asks for no password. */
async function fetchToken(user: string): Promise<string> {
  const response = await fetch('/dev/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  })
  if (!response.ok)
    throw new Error(`The relay gave no token (${response.status}). Was it started with --dev?`)
  const answer: unknown = await response.json()
  if (
    typeof answer === 'object' &&
    answer !== null &&
    'token' in answer &&
    typeof answer.token === 'string'
  ) {
    return answer.token
  }
  throw new Error('The relay answered without a token.')
}

function createChat(realtime: Realtime, client: IMClient): Chat {
  const listeners = new Set<(event: ChatEvent) => void>()
  const conversations = new Map<string, Conversation>()
  /** Whose members have been asked of the disk since they last moved. */
  const asked = new Set<string>()

  function tell(event: ChatEvent): void {
    if (event.type === 'moved') asked.delete(event.conversation)
    for (const listener of listeners) listener(event)
  }

  const connection = listenTo(realtime, client, tell)

  /** The SDK has one object per conversation, which always shows what is so now. */
  function find(id: string): Conversation | undefined {
    if (!conversations.has(id)) for (const one of client.conversations()) conversations.set(one.id, one)
    const conversation = conversations.get(id)
    return conversation !== undefined && isKnown(conversation) ? conversation : undefined
  }

  function known(id: string): Conversation {
    const conversation = find(id)
    if (conversation === undefined) throw new Error('This device does not know that conversation.')
    return conversation
  }

  function unsentItem(id: string): Unsent {
    const item = client.unsent().find((one) => one.id === id)
    if (item === undefined) throw new Error('It has been sent meanwhile.')
    return item
  }

  /** Members stand on the disk until somebody wants to see them; the row is drawn again when they are there. */
  function shown(conversation: Conversation): ChatConversation {
    const { id } = conversation
    if (conversation.members.length === 0 && !asked.has(id)) {
      asked.add(id)
      client
        .getConversation(id)
        .then(() => conversation.members.length > 0 && tell({ type: 'changed' }))
        .catch((error: unknown) => reportError(error))
    }
    return conversationOf(conversation)
  }

  return {
    user: client.id,
    connection,
    retryConnection: () => realtime.retry(),
    conversations: () => client.conversations().filter(isKnown).map(shown),
    conversation(id) {
      const conversation = find(id)
      return conversation === undefined ? undefined : shown(conversation)
    },
    async history(id, { before, limit }) {
      const start = before === undefined ? {} : { startMessageId: before.id }
      const messages = await known(id).queryMessages({ limit, ...start })
      const { missing } = messages
      return { messages: messages.map(messageOf), complete: messages.length < limit && !missing, missing }
    },
    unsent: () => client.unsent().map(unsentOf),

    async create({ members, name, joinable }) {
      const conversation = await failingPlainly(
        client.createConversation({ members, name, unique: !joinable }),
      )
      return conversation.id
    },
    async join(id) {
      const conversation = isName(id) ? await failingPlainly(client.getConversation(id)) : null
      if (conversation === null) throw new Error('There is no such conversation, or it is not open to you.')
      await failingPlainly(conversation.join())
    },
    quit: async (id) => settled(known(id).quit()),
    add: async (id, members) => settled(known(id).add(members)),
    remove: async (id, member) => settled(known(id).remove([member])),

    async send(id, text) {
      const message = await failingPlainly(known(id).send(text))
      tell({ type: 'message', message: messageOf(message), fresh: false })
    },
    async recall({ id, conversation }) {
      // The SDK goes by the id alone.
      await settled(known(conversation).recall(Object.assign(new TextMessage(), { id })))
      tell({ type: 'moved', conversation })
    },
    retry: async (id) => settled(unsentItem(id).retry()),
    discard: async (id) => settled(unsentItem(id).discard()),
    read: async (id) => known(id).read(),
    setDraft: async (id, text) => (text === '' ? known(id).cancelDraft() : known(id).setDraft(text)),

    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** The SDK has objects for ids, too, that nobody knows anything of yet. */
function isKnown({ syncState }: Conversation): boolean {
  return syncState !== 'unknown'
}

async function settled(work: Promise<unknown>): Promise<void> {
  await failingPlainly(work)
}
