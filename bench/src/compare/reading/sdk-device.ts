/** A device of the SDK: comes back, begins, opens. What it shows is compared with what was written. */
import { deviceLayout, Event, type IMClient, type Message, Realtime, TextMessage } from '@parley/client'
import type { ConversationId } from '@parley/document'
import type { DeviceStore } from '@parley/storage'
import { createMemoryStore } from '@parley/storage/memory'
import { createSqliteStore } from '@parley/storage/node'
import { readConversations } from './fixture.ts'
import { reader, type Shelf, textOf } from './library.ts'
import { createCountingSockets, createMeter, type CountingSockets, type Reading } from './meter.ts'
import type { Given } from './program.ts'

interface Stage {
  readonly given: Given
  readonly ids: readonly ConversationId[]
  readonly sockets: CountingSockets
}

export async function runJob(given: Given): Promise<Reading> {
  const sockets = createCountingSockets()
  // The SDK takes that of its platform, which counts nothing.
  Object.assign(globalThis, { WebSocket: sockets.WebSocket })
  const stage = { given, ids: readConversations(given.folder), sockets }
  switch (given.job) {
    case 'hold':
      return hold(stage)
    case 'catch-up':
      return catchUp(stage)
    case 'cold-start':
      return coldStart(stage)
    case 'first-screen':
      return firstScreen(stage)
    case 'whole':
      return whole(stage)
  }
}

function realtimeOf(
  { given }: Stage,
  store: DeviceStore,
  mayConnect = async (): Promise<void> => undefined,
): Realtime {
  const token = async (): Promise<string> => {
    await mayConnect()
    return given.token
  }
  return new Realtime({ server: `ws://127.0.0.1:${given.port}`, token, store })
}

function createGate(): { readonly gate: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  return { gate, open: () => open() }
}

function storeOf({ given }: Stage): DeviceStore {
  return given.store === undefined
    ? createMemoryStore(deviceLayout)
    : createSqliteStore({ path: given.store, layout: deviceLayout })
}

/** Resolves when it holds; looked at whenever something has happened to the client. */
async function when(
  client: IMClient,
  event: typeof Event.MESSAGE | typeof Event.CONVERSATION_UPDATED | typeof Event.STATE,
  holds: () => boolean,
): Promise<void> {
  if (holds()) return
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (!holds()) return
      client.off(event, look)
      resolve()
    }
    client.on(event, look)
  })
}

async function hold(stage: Stage): Promise<Reading> {
  const meter = createMeter(stage.sockets, stage.given.pid)
  meter.start()
  const client = await realtimeOf(stage, storeOf(stage)).createIMClient(reader)
  await listed(client, stage.ids.length)
  await restOf(stage)
  let complete = 0
  for (const id of stage.ids) {
    const conversation = await client.getConversation(id)
    const messages = await conversation?.queryMessages({ limit: 1 })
    if (messages?.length === 1 && !messages.missing) complete += 1
  }
  const cost = meter.stop()
  await client.close()
  if (complete !== stage.ids.length)
    throw new Error(`${complete} conversations of ${stage.ids.length} could be read`)
  return { ...cost, complete, expected: stage.ids.length }
}

async function listed(client: IMClient, count: number): Promise<void> {
  const seen = new Set<string>()
  client.on(Event.CONVERSATION_UPDATED, ({ id }) => seen.add(id))
  await when(client, Event.CONVERSATION_UPDATED, () => seen.size >= count)
}

async function catchUp(stage: Stage): Promise<Reading> {
  const { given, ids } = stage
  const { conversations, messages, moved, news } = given.shelf ?? noShelf
  const told: { readonly id: string; readonly text: string }[] = []
  const meter = createMeter(stage.sockets, given.pid)
  const { gate, open } = createGate()
  const realtime = realtimeOf(stage, storeOf(stage), async () => gate)
  // A page that was out of sight has its data at hand; one that is opened reads them first.
  if (given.opens === true) meter.start()
  const client = await realtime.createIMClient(reader)
  if (given.opens !== true) meter.start()
  client.on(Event.MESSAGE, (message, { id }) => {
    told.push({ id, text: shownText(message) })
  })
  open()
  await when(client, Event.MESSAGE, () => told.length >= moved * news)
  const cost = meter.stop()
  const written = new Set(
    ids
      .slice(0, moved)
      .flatMap((id, at) => Array.from({ length: news }, (_, n) => `${id} ${textOf(at, messages + n)}`)),
  )
  for (const { id, text } of told) written.delete(`${id} ${text}`)
  const late = countLasts(client, ids, (at) => messages + (at < moved ? news : 0) - 1)
  await client.close()
  const expected = moved * news + conversations
  return { ...cost, complete: told.length - written.size + late, expected }
}

async function coldStart(stage: Stage): Promise<Reading> {
  const { given, ids } = stage
  const { conversations, messages, moved, news } = given.shelf ?? noShelf
  const meter = createMeter(stage.sockets, given.pid)
  const realtime = realtimeOf(stage, storeOf(stage))
  meter.start()
  const client = await realtime.createIMClient(reader)
  await listed(client, conversations)
  const cost = meter.stop()
  const complete = countLasts(client, ids, (at) => messages + (at < moved ? news : 0) - 1)
  await client.close()
  return { ...cost, complete, expected: conversations }
}

/** Conversations that show the last message that was written. */
function countLasts(
  client: IMClient,
  ids: readonly ConversationId[],
  last: (conversation: number) => number,
): number {
  const shown = new Map(client.conversations().items.map(({ id, lastMessage }) => [id, lastMessage]))
  return ids.filter((id, at) => {
    const message = shown.get(id)
    return message !== null && message !== undefined && shownText(message) === textOf(at, last(at))
  }).length
}

async function opened(stage: Stage): Promise<{ readonly client: IMClient; readonly id: ConversationId }> {
  const id = stage.ids[stage.given.conversation ?? 0]
  if (id === undefined) throw new Error('there is no such conversation')
  const client = await realtimeOf(stage, storeOf(stage)).createIMClient(reader)
  await listed(client, stage.ids.length)
  await restOf(stage)
  // Somebody who uses it has opened others before: what is measured is not how long a program takes to begin.
  const other = stage.ids[id === stage.ids[0] ? 1 : 0]
  const before = other === undefined ? null : await client.getConversation(other)
  const timeline = before?.timeline({ limit: screen })
  await timeline?.ready
  timeline?.close()
  await restOf(stage)
  return { client, id }
}

async function firstScreen(stage: Stage): Promise<Reading> {
  const { conversation = 0, messages = 0, pid } = stage.given
  const { client, id } = await opened(stage)
  const meter = createMeter(stage.sockets, pid)
  meter.start()
  const opening = await client.getConversation(id)
  const timeline = opening?.timeline({ limit: screen })
  await timeline?.ready
  const cost = meter.stop()
  const shown = timeline?.messages ?? []
  const complete = shown.filter(
    (message, at) => shownText(message) === textOf(conversation, messages - screen + at),
  ).length
  await client.close()
  return { ...cost, complete, expected: screen }
}

const screen = 50

async function whole(stage: Stage): Promise<Reading> {
  const { conversation = 0, messages = 0, pid } = stage.given
  const { client, id } = await opened(stage)
  const meter = createMeter(stage.sockets, pid)
  meter.start()
  const opening = await client.getConversation(id)
  let complete = 0
  let at = messages
  if (opening === null) throw new Error('the conversation is not there')
  for await (const batch of opening.createMessagesIterator({ limit: 100 })) {
    at -= batch.length
    const from = at
    complete += batch.filter(
      (message, place) => shownText(message) === textOf(conversation, from + place),
    ).length
  }
  const cost = meter.stop()
  await client.close()
  return { ...cost, complete, expected: messages }
}

/** What is fetched in idle time is not what is measured. */
async function restOf({ sockets }: Stage): Promise<void> {
  for (let before = -1; before !== sockets.count().framesIn;) {
    before = sockets.count().framesIn
    await new Promise((resolve) => {
      setTimeout(resolve, restMs)
    })
  }
}

const restMs = 150

function shownText(message: Message): string {
  return message instanceof TextMessage ? message.getText() : ''
}

const noShelf: Shelf = { conversations: 0, messages: 0, moved: 0, news: 0 }
