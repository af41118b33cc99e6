/** An engine that only notes what it is asked, and says what the test lets it say. */
import {
  type Command,
  type ConversationId,
  defaultPolicy,
  type EntryId,
  type Head,
  type Outcome,
  type UserId,
} from '@parley/document'
import type {
  Accepted,
  ConversationView,
  Engine,
  EngineEvent,
  MessageView,
  SendContent,
  UnsentItem,
} from '../engine-types.ts'
import { clientLimits } from '../limits.ts'
import { createParts } from '../parts.ts'
import { silentLogger } from '../ports.ts'
import { conversationId, entryId, jerry, tom } from '../testing/values.test-kit.ts'
import { wholeParts } from '../whole-parts.ts'
import type { Conversation } from './conversation.ts'
import { IMClient } from './im-client.ts'
import { createMessageClasses, type MessageClasses } from './message-classes.ts'

export const lunch: ConversationId = conversationId(1)

type Calls = readonly (readonly [name: string, ...given: readonly unknown[]])[]

export interface FakeEngine {
  readonly engine: Engine
  readonly client: IMClient
  readonly conversation: Conversation
  readonly classes: MessageClasses
  /** What the engine was asked for since last asked. */
  readonly calls: () => Calls
  readonly commands: () => readonly Command[]
  readonly emit: (event: EngineEvent) => void
  /** What was thrown by code of the app. */
  readonly faults: readonly unknown[]
  head: Head | undefined
  view: Partial<ConversationView>
  now: number
  /** What a command is answered with: at once, or later through `confirmed`. */
  refuse: Error | undefined
  outcome: Promise<Outcome>
  /** How an edit leaves the message; sent unless said otherwise. */
  edited: Partial<MessageView>
}

export function headOf(head: Partial<Head> = {}): Head {
  return {
    info: {
      kind: 'group',
      name: 'Lunch',
      icon: null,
      creator: jerry,
      createdAt: 1,
      unique: false,
      pages: 1,
      policy: defaultPolicy,
    },
    members: new Map([
      [jerry, { role: 'owner', joinedAt: 1, invitedBy: null }],
      [tom, { role: 'member', joinedAt: 2, invitedBy: jerry }],
    ]),
    attributes: new Map(),
    muted: new Map(),
    blocked: new Map(),
    ...head,
  }
}

export function messageView(view: Partial<MessageView> = {}): MessageView {
  return {
    id: entryId(1),
    conversation: lunch,
    from: jerry,
    seq: 3,
    time: 1000,
    sentAt: 900,
    type: -1,
    reactions: [],
    recalled: false,
    state: 'sent',
    ...view,
  }
}

const done: Outcome = { successfulClientIds: [], failures: [] }
const accepted: Accepted = { seq: 3, time: 1000 }

export async function fakeEngine(): Promise<FakeEngine> {
  let calls: (readonly [string, ...unknown[]])[] = []
  let made = 100
  const faults: unknown[] = []
  const listeners: ((event: EngineEvent) => void)[] = []
  const confirmed = new Map<EntryId, Promise<unknown>>()
  const classes = createMessageClasses((error) => faults.push(error))

  const parts = createParts(wholeParts, { log: silentLogger, timer: () => () => undefined }, clientLimits)

  const engine = {
    user: tom,
    connection: 'connected',
    on(listener) {
      listeners.push(listener)
      return () => undefined
    },
    conversations: () => [],
    conversation: (id) => ({ ...conversationView(id), ...fake.view }),
    head: async () => Promise.resolve(fake.head),
    peekHead: () => fake.head,
    async open(id) {
      calls.push(['open', id])
      return Promise.resolve()
    },
    async look(id) {
      calls.push(['look', id])
      return Promise.resolve('not-found')
    },
    async command(id, command) {
      calls.push(['command', id, command])
      if (fake.refuse !== undefined) return Promise.reject(fake.refuse)
      return Promise.resolve({ id: entryId((made += 1)), predicted: done, confirmed: fake.outcome })
    },
    async send(id, message) {
      calls.push(['send', id, message])
      const own = entryId((made += 1))
      const waits = new Promise<Accepted>(() => {
        // Nobody answers it.
      })
      confirmed.set(own, waits)
      const view = messageView({ ...message, id: own, conversation: id, from: tom, seq: 0, state: 'sending' })
      return Promise.resolve({ id: own, message: view, confirmed: waits })
    },
    async recall(id, target) {
      calls.push(['recall', id, target])
      return Promise.resolve({ id: entryId((made += 1)), confirmed: Promise.resolve(accepted) })
    },
    async edit(id, target: EntryId, content: SendContent) {
      calls.push(['edit', id, target, content])
      if (fake.refuse !== undefined) return Promise.reject(fake.refuse)
      const view = messageView({ ...content, id: target, from: tom, editedAt: 2000, ...fake.edited })
      return Promise.resolve({ id: target, message: view, confirmed: Promise.resolve(accepted) })
    },
    async react(id, target, sign, on) {
      calls.push(['react', id, target, sign, on])
      return Promise.resolve({ id: entryId((made += 1)), confirmed: Promise.resolve(accepted) })
    },
    // One map for promises of every kind, as the engine has it.
    confirmed: <T>(id: EntryId) => confirmed.get(id) as Promise<T> | undefined,
    unsent: (): readonly UnsentItem[] => [],
    with: async (name, call) => call(await parts.load(name)),
    load: async (name) => parts.load(name),
    held: (name) => parts.held(name),
  } satisfies Partial<Engine>

  const fake: FakeEngine = {
    // What is not here is not asked for by the surface under test; if it is, the test fails on it.
    engine: engine as unknown as Engine,
    classes,
    faults,
    calls: () => {
      const asked = calls
      calls = []
      return asked
    },
    commands: () =>
      fake.calls().flatMap(([name, , command]) => (name === 'command' ? [command as Command] : [])),
    emit: (event) => {
      for (const listener of listeners) listener(event)
    },
    head: headOf(),
    view: {},
    now: 1_000_000,
    refuse: undefined,
    outcome: Promise.resolve(done),
    edited: {},
    get client() {
      return client
    },
    get conversation() {
      return conversation
    },
  }
  const client = new IMClient({
    engine: fake.engine,
    classes,
    random: (bytes) => new Uint8Array(bytes).fill(7),
    now: () => fake.now,
    fault: (error) => faults.push(error),
  })
  const opened = await client.getConversation(lunch)
  if (opened === null) throw new Error('the fake knows every conversation')
  const conversation = opened
  fake.calls()
  return fake
}

function conversationView(id: ConversationId): ConversationView {
  const creator: UserId = jerry
  return {
    id,
    kind: 'group',
    name: 'Lunch',
    icon: null,
    creator,
    createdAt: 1,
    updatedAt: 2,
    unique: false,
    role: 'member',
    memberCount: 2,
    lastMessage: null,
    lastMessageAt: 0,
    lastDeliveredAt: 0,
    lastReadAt: 0,
    unread: 0,
    mentioned: false,
    flagged: false,
    draft: null,
    pinnedAt: null,
    muted: false,
    hidden: false,
    syncState: 'synced',
    seq: 3,
  }
}
