/** Devices of the client's own engine, each with its outbox, its backoff and its jitter, over real sockets. */
import { randomBytes } from 'node:crypto'
import { type ConversationId, parseConversationId } from '@parley/document'
import { createEngine, deviceLayout, type Engine, type Ports, silentLogger } from '@parley/client/engine'
import { createMemoryStore } from '@parley/storage/memory'
import { WebSocket } from 'ws'
import { textOf, userOf } from '../people.ts'
import { tokenFor } from '../relay-process.ts'
import { pause } from '../waiting.ts'
import { eachOf } from './raw-device.ts'

interface Member {
  readonly engine: Engine
  /** Tries that met a relay, and those that met none. */
  attempts: number
  refused: number
  /** When it had caught up, by the machine's clock; 0 while it is away. */
  liveAt: number
}

export interface Returned {
  readonly liveAt: readonly number[]
  readonly attempts: readonly number[]
  readonly refused: readonly number[]
}

export interface Kept {
  readonly sent: number
  /** Acknowledged, and not where another member reads it; or there more than once. */
  readonly lost: number
  readonly doubled: number
}

interface Writer {
  readonly engine: Engine
  readonly conversation: ConversationId
  readonly sent: Promise<string>[]
}

const members = new Map<string, Member>()
const writers: Writer[] = []
let writing: NodeJS.Timeout | undefined

export async function stormOpen(given: {
  readonly port: number
  readonly users: readonly string[]
}): Promise<void> {
  await eachOf(given.users, 24, async (name) => {
    const member = makeMember(given.port, name)
    members.set(name, member)
    await member.engine.start()
    while (member.liveAt === 0) await pause(20)
  })
}

function makeMember(port: number, name: string): Member {
  const user = userOf(name)
  const ports: Ports = {
    store: createMemoryStore(deviceLayout),
    now: () => Date.now(),
    timer: (ms, callback) => {
      const timer = setTimeout(callback, ms)
      return () => clearTimeout(timer)
    },
    random: (bytes) => randomBytes(bytes),
    token: async () => tokenFor(user),
    log: silentLogger,
    connect(handlers) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
      let met = true
      socket.on('error', (error) => {
        if (error.message.includes('ECONNREFUSED')) met = false
      })
      socket.on('open', () => handlers.open())
      socket.on('message', (bytes: Buffer) => handlers.message(bytes))
      socket.on('close', (code) => {
        if (!met) {
          member.refused += 1
          member.attempts -= 1
        }
        handlers.closed(`closed with ${code}`)
      })
      member.attempts += 1
      return {
        send(bytes) {
          if (socket.readyState === WebSocket.OPEN) socket.send(bytes)
        },
        close: () => socket.close(),
      }
    },
  }
  const member: Member = { engine: createEngine({ user, ports }), attempts: 0, refused: 0, liveAt: 0 }
  member.engine.on((event) => {
    if (event.type === 'caught-up') member.liveAt = Date.now()
    if (event.type === 'state' && event.state !== 'connected') member.liveAt = 0
  })
  return member
}

/** From now on tries are counted. */
export async function stormWatch(): Promise<void> {
  await pause(0)
  for (const member of members.values()) {
    member.attempts = 0
    member.refused = 0
  }
}

/** Each of them writes into his conversation at this pace, connected or not. */
export async function stormWrite(given: {
  readonly writers: readonly { readonly user: string; readonly conversation: string }[]
  readonly everyMs: number
}): Promise<void> {
  for (const { user, conversation } of given.writers) {
    const id = parseConversationId(conversation)
    const member = members.get(user)
    if (id === undefined || member === undefined) throw new Error(`${user} cannot write`)
    while (member.engine.conversation(id) === undefined) await pause(20)
    writers.push({ engine: member.engine, conversation: id, sent: [] })
  }
  let count = 0
  writing = setInterval(() => {
    count += 1
    for (const { engine, conversation, sent } of writers) {
      sent.push(
        engine.send(conversation, { type: -1, text: textOf(count) }).then(async (queued) => {
          await queued.confirmed
          return queued.id
        }),
      )
    }
  }, given.everyMs)
}

export async function stormStop(): Promise<void> {
  clearInterval(writing)
  await Promise.all(writers.flatMap(({ sent }) => sent))
}

export async function stormLook(): Promise<Returned> {
  await pause(0)
  const all = [...members.values()]
  return {
    liveAt: all.map(({ liveAt }) => liveAt),
    attempts: all.map(({ attempts }) => attempts),
    refused: all.map(({ refused }) => refused),
  }
}

/** Whether what each writer was told is accepted stands once, in the history of another member. */
export async function stormCheck(given: { readonly readers: readonly string[] }): Promise<readonly Kept[]> {
  return Promise.all(
    writers.map(async ({ conversation, sent }, place) => {
      const accepted = await Promise.all(sent)
      const reader = members.get(given.readers[place] ?? '')?.engine
      if (reader === undefined) throw new Error('a reader is not here')
      const stands = new Map<string, number>()
      let from = 0
      for (;;) {
        const { messages, missing } = await reader.history(conversation, {
          limit: 1000,
          direction: 'old-to-new',
          start: { seq: from, closed: false },
        })
        if (missing.length > 0) throw new Error('pages could not be had')
        for (const { id } of messages) stands.set(id, (stands.get(id) ?? 0) + 1)
        const last = messages.at(-1)
        if (last === undefined || messages.length < 1000) break
        from = last.seq
      }
      return {
        sent: accepted.length,
        lost: accepted.filter((id) => !stands.has(id)).length,
        doubled: [...stands.values()].filter((times) => times > 1).length,
      }
    }),
  )
}
