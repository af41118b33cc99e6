/**
 * The peers in the scenarios of reading, with their own providers; run under the Node of this folder. One JSON argument, one
 * line of JSON printed. Jobs: `fill` writes what their servers start from and what a device held; `stay` reads everything and
 * stays, so that every document is loaded when the next one comes; the others measure.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as Y from 'yjs'
import { createCountingSockets, createMeter } from '../src/compare/reading/meter.ts'
import { textOf } from '../src/compare/reading/text.ts'

const given = JSON.parse(process.argv[2] ?? '{}')
const { kind, job, folder, shelf, longest } = given

const nameOf = (conversation) => `conversation-${conversation}`
const arrayOf = (document) => document.getArray('messages')

/** As long as ours and of the same make-up. */
function messageOf(conversation, n) {
  const id = `${String(conversation).padStart(7, '0')}${String(n).padStart(14, '0')}`
  return { id, from: `friend-${conversation}`, ts: 1_760_000_000_000 + n, text: textOf(conversation, n) }
}

/** Two writers in turn, some hundred messages each: what one of them writes alone grows slower with its length. */
function write(document, conversation, from, to) {
  const run = 200
  for (let at = from; at < to; at += run) {
    document.clientID = 1 + conversation * 2 + (Math.floor(at / run) % 2)
    const messages = Array.from({ length: Math.min(run, to - at) }, (_, n) => messageOf(conversation, at + n))
    if (messages.length < run || to - from <= run)
      for (const message of messages) arrayOf(document).push([message])
    else arrayOf(document).push(messages)
  }
}

async function openStore() {
  if (kind === 'y-websocket') {
    const { LeveldbPersistence } = await import('y-leveldb')
    const level = new LeveldbPersistence(join(folder, 'data'))
    return { put: async (name, state) => level.storeUpdate(name, state), close: async () => level.destroy() }
  }
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(join(folder, 'data.sqlite'))
  database.exec(
    'CREATE TABLE IF NOT EXISTS "documents" ("name" varchar(255) NOT NULL, "data" blob NOT NULL, UNIQUE(name)); BEGIN',
  )
  const insert = database.prepare('INSERT INTO "documents" ("name", "data") VALUES (?, ?)')
  return {
    put: async (name, state) => void insert.run(name, state),
    close: async () => {
      database.exec('COMMIT')
      database.close()
    },
  }
}

async function fill() {
  mkdirSync(join(folder, 'held'), { recursive: true })
  const store = await openStore()
  for (let conversation = 0; conversation < shelf.conversations; conversation += 1) {
    const document = new Y.Doc()
    const messages = longest?.[conversation] ?? shelf.messages
    write(document, conversation, 0, messages)
    if (shelf.moved > 0)
      writeFileSync(join(folder, 'held', String(conversation)), Y.encodeStateAsUpdate(document))
    if (conversation < shelf.moved) write(document, conversation, messages, messages + shelf.news)
    await store.put(nameOf(conversation), Y.encodeStateAsUpdate(document))
  }
  await store.close()
  return {}
}

/** One provider for each document; resolves when the server has said of each that it is all there, and it is. */
async function createReader(sockets, port) {
  const open = await opener(sockets, port)
  return async (documents, wanted) => {
    let left = documents.length
    await new Promise((resolve) => {
      for (const [at, { name, document }] of documents.entries()) {
        let synced = false
        let done = false
        const look = () => {
          if (done || !synced || arrayOf(document).length < wanted(at)) return
          done = true
          left -= 1
          if (left === 0) resolve()
        }
        document.on('update', look)
        open(name, document, () => {
          synced = true
          look()
        })
      }
    })
  }
}

async function opener(sockets, port) {
  if (kind === 'y-websocket') {
    const { WebsocketProvider } = await import('y-websocket')
    return (name, document, synced) => {
      const options = { WebSocketPolyfill: sockets.WebSocket, disableBc: true }
      const provider = new WebsocketProvider(`ws://127.0.0.1:${port}`, name, document, options)
      provider.on('sync', (now) => now && synced())
    }
  }
  const { HocuspocusProvider, HocuspocusProviderWebsocket } = await import('@hocuspocus/provider')
  let websocketProvider
  return (name, document, synced) => {
    websocketProvider ??= new HocuspocusProviderWebsocket({
      url: `ws://127.0.0.1:${port}`,
      WebSocketPolyfill: sockets.WebSocket,
    })
    const provider = new HocuspocusProvider({
      websocketProvider,
      name,
      document,
      token: 'token',
      onSynced: synced,
    })
    provider.attach()
  }
}

function documentsOf(conversations, held) {
  return conversations.map((conversation) => {
    const document = new Y.Doc()
    const path = join(folder, 'held', String(conversation))
    if (held && existsSync(path)) Y.applyUpdate(document, readFileSync(path))
    return { conversation, name: nameOf(conversation), document }
  })
}

const all = Array.from({ length: shelf.conversations }, (_, at) => at)

async function read() {
  const conversations = given.conversation !== undefined ? [given.conversation] : all
  const documents = documentsOf(conversations, job === 'catch-up')
  const wanted = (at) => {
    const conversation = conversations[at]
    const messages = longest?.[conversation] ?? shelf.messages
    return messages + (conversation < shelf.moved ? shelf.news : 0)
  }
  const sockets = createCountingSockets()
  const readAll = await createReader(sockets, given.port)
  const meter = createMeter(sockets, given.pid)
  meter.start()
  await readAll(documents, wanted)
  const cost = meter.stop()
  const right = documents.filter(({ conversation, document }, at) => {
    const messages = arrayOf(document)
    return (
      messages.length === wanted(at) &&
      messages.get(wanted(at) - 1).text === textOf(conversation, wanted(at) - 1)
    )
  })
  return { ...cost, complete: right.length, expected: documents.length }
}

if (job === 'fill') process.stdout.write(JSON.stringify(await fill()))
else {
  process.stdout.write(JSON.stringify(await read()))
  // Whoever started it ends it.
  if (job === 'stay') setInterval(() => undefined, 60_000)
}
if (job !== 'stay') process.exit(0)
