/** The page's `Chat` over the SDK. No file but this and those named like it knows the SDK. Rules: AC2. */
import {
  type Conversation,
  type IMClient,
  type MembersResult,
  type Message,
  ParleyError,
  Realtime,
  TextMessage,
  type Unsent,
} from '@parley/client'
import type { Chat, ChatConversation, ChatEvent, ChatMessage, NewMessage } from './chat.ts'
import { isName, maxShownNames } from './names.ts'
import { listenTo } from './parley-events.ts'
import { keepAs } from './parley-keeping.ts'
import { actOn, type Crew, crewOf, failuresText } from './parley-members.ts'
import { unsentOf } from './parley-unsent.ts'
import { conversationOf, failingPlainly, messageOf, namesOf } from './parley-values.ts'

export async function openChat(user: string, options: { readonly readReceipts: boolean }): Promise<Chat> {
  const realtime = new Realtime({
    server: location.origin.replace(/^http/, 'ws'),
    token: () => fetchToken(user),
  })
  return createChat(realtime, await failingPlainly(realtime.createIMClient(user, options)))
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
  const crews = new Map<string, Crew>()

  function tell(event: ChatEvent): void {
    if (event.type === 'moved') asked.delete(event.conversation)
    for (const listener of listeners) listener(event)
  }

  const foretold = new Set<string>()
  const connection = listenTo({ realtime, client, tell, foretold })

  /** The SDK has one object per conversation, which always shows what is so now. */
  function find(id: string): Conversation | undefined {
    if (!conversations.has(id))
      for (const one of client.conversations({ hidden: true }).items) conversations.set(one.id, one)
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

  /** Members stand on the disk until somebody wants to see them; what shows them is drawn again when they are there. */
  function ask(conversation: Conversation): void {
    const { id } = conversation
    if (asked.has(id)) return
    asked.add(id)
    readCrew(conversation).catch((error: unknown) => {
      // Without a network they come later, and say so by moving.
      if (!(error instanceof ParleyError && error.code === 'OFFLINE')) reportError(error)
    })
  }

  async function readCrew(conversation: Conversation): Promise<void> {
    await client.getConversation(conversation.id)
    if (conversation.members.length === 0) return
    const crew = await crewOf(conversation)
    const before = crews.get(conversation.id)
    crews.set(conversation.id, crew)
    if (JSON.stringify(before) !== JSON.stringify(crew)) tell({ type: 'changed' })
  }

  function shown(conversation: Conversation, mostNamed: number): ChatConversation {
    return conversationOf(client, conversation, { crew: crews.get(conversation.id), mostNamed })
  }

  /** undefined: there is none, or it cannot be had now. */
  async function messageIn(conversation: string, id: string): Promise<Message | undefined> {
    const around = { startMessageId: id, startClosed: true, limit: 1 } as const
    try {
      return (await known(conversation).queryMessages(around)).find((message) => message.id === id)
    } catch (error) {
      if (error instanceof ParleyError && absent.has(error.code)) return undefined
      throw error
    }
  }

  /** What was done to a message that may stand anywhere in the history is shown where it stands. */
  async function tellChanged({ conversation, id }: ChatMessage): Promise<void> {
    const message = await messageIn(conversation, id)
    if (message !== undefined) tell({ type: 'message', message: messageOf(message), fresh: false })
    tell({ type: 'changed' })
  }

  /** Says for whom it did not work where the rules here say so; what the relay says is an event, which the page hears. */
  async function changed(work: Promise<MembersResult>): Promise<void> {
    const failed = failuresText((await failingPlainly(work)).failures)
    if (failed === undefined) return
    foretold.add(failed)
    throw new Error(failed)
  }

  return {
    user: client.id,
    connection,
    retryConnection: () => realtime.retry(),
    conversations: () =>
      client
        .conversations()
        .items.filter(isKnown)
        .map((conversation) => {
          if (conversation.members.length === 0) ask(conversation)
          // The person himself, and those in a title.
          return shown(conversation, maxShownNames + 1)
        }),
    conversation(id) {
      const conversation = find(id)
      if (conversation === undefined) return undefined
      ask(conversation)
      return shown(conversation, mostMembersNamed)
    },
    async history(id, { before, limit }) {
      const start = before === undefined ? {} : { startMessageId: before.id }
      const messages = await known(id).queryMessages({ limit, ...start })
      const { missing } = messages
      return { messages: messages.map(messageOf), complete: messages.length < limit && !missing, missing }
    },
    async message(conversation, id) {
      const message = await messageIn(conversation, id)
      return message === undefined ? undefined : messageOf(message)
    },
    namesOf: (people) => namesOf(client, people),
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
      await changed(conversation.join())
    },
    quit: async (id) => changed(known(id).quit()),
    add: async (id, members) => changed(known(id).add(members)),
    act: async (id, action, member) => changed(actOn(known(id), action, member)),
    async rename(id, name) {
      const conversation = known(id)
      conversation.name = name
      await settled(conversation.save())
    },
    async callOneself(name) {
      const { confirmed } = await failingPlainly(client.updateProfile({ name }))
      // Nothing else tells that it waits no more: the name shown stays the same.
      const again = (): void => tell({ type: 'changed' })
      confirmed.then(again, again)
    },
    keep: async (id, action) => settled(keepAs(known(id), action)),

    async send(id, content) {
      const message = await failingPlainly(
        known(id).send(textMessage(content), { receipt: true, drafted: true }),
      )
      tell({ type: 'message', message: messageOf(message), fresh: false })
    },
    async edit(message, content) {
      const old = await messageIn(message.conversation, message.id)
      const next = textMessage(content)
      // An edit replaces everything: what another app has put beside the text stays.
      const attributes = old?.getAttributes() ?? {}
      if (Object.keys(attributes).length > 0) next.setAttributes(attributes)
      await settled(known(message.conversation).update(message.id, next))
      await tellChanged(message)
    },
    async react(message, sign, on) {
      const conversation = known(message.conversation)
      await settled(on ? conversation.react(message.id, sign) : conversation.unreact(message.id, sign))
      await tellChanged(message)
    },
    async recall(message) {
      await settled(known(message.conversation).recall(message.id))
      // One that has not left is gone altogether.
      tell({ type: 'moved', conversation: message.conversation })
      await tellChanged(message)
    },
    retry: async (id) => settled(unsentItem(id).retry()),
    discard: async (id) => settled(unsentItem(id).discard()),
    read: async (id) => known(id).read(),
    setDraft: async (id, text) => (text === '' ? known(id).cancelDraft() : known(id).setDraft(text)),
    typing: (id, on) => find(id)?.typing(on),

    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function textMessage({ text, mentions, mentionsAll, replyTo }: NewMessage): TextMessage {
  const message = new TextMessage(text).setMentionList(mentions)
  if (mentionsAll) message.mentionAll()
  return replyTo === undefined ? message : message.setReplyTo(replyTo)
}

/** Of the members of an open conversation. */
const mostMembersNamed = 200

/** Why a message is not here. */
const absent: ReadonlySet<string> = new Set(['unknown-message', 'OFFLINE'])

/** The SDK has objects for ids, too, that nobody knows anything of yet. */
function isKnown({ syncState }: Conversation): boolean {
  return syncState !== 'unknown'
}

async function settled(work: Promise<unknown>): Promise<void> {
  await failingPlainly(work)
}
