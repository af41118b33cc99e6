/** Devices that do nothing but say that they are there. */
import { randomBytes } from 'node:crypto'
import { type ConversationId, makeClientId, writeAppend } from '@parley/document'
import { contentOf, someConversation, someEntryId, userOf } from '../people.ts'
import { percentile } from '../statistics.ts'
import { pause, sum } from '../waiting.ts'
import { eachOf, openRaw, type RawDevice } from './raw-device.ts'

interface Idler {
  readonly device: RawDevice
  readonly answers: Map<string, (verdict: string) => void>
}

export interface Beaten {
  readonly pings: number
  readonly pongs: number
  readonly p50: number
  readonly p99: number
  /** How those that have gone went. */
  readonly gone: readonly string[]
}

const idlers: Idler[] = []

export async function idleOpen(given: {
  readonly port: number
  readonly users: readonly string[]
}): Promise<number> {
  await eachOf(given.users, 32, async (name) => {
    const answers: Idler['answers'] = new Map()
    const device = await openRaw({
      port: given.port,
      user: userOf(name),
      hear(frame) {
        if (frame.frame === 'command-answer') answers.get(frame.id)?.(frame.verdict.class)
        if (frame.frame === 'answer') answers.get('push')?.(frame.answers[0]?.verdict.class ?? '')
      },
    })
    idlers.push({ device, answers })
  })
  return idlers.length
}

/** Each list is a conversation; the first of it makes it. */
export async function idleCreate(given: {
  readonly members: readonly (readonly string[])[]
}): Promise<readonly ConversationId[]> {
  const byName = new Map(idlers.map((idler) => [String(idler.device.user), idler]))
  const conversations: ConversationId[] = []
  await eachOf(given.members, 16, async ([creator = '', ...others], place) => {
    const idler = byName.get(creator)
    if (idler === undefined) throw new Error(`${creator} is not here`)
    const conversation = someConversation()
    const id = someEntryId()
    const verdict = await new Promise<string>((resolve) => {
      idler.answers.set(id, resolve)
      idler.device.send({
        frame: 'command',
        conversation,
        id,
        command: {
          op: 'create',
          kind: 'group',
          unique: false,
          members: others,
          name: 'idlers',
          attributes: {},
        },
      })
    })
    idler.answers.delete(id)
    if (verdict !== 'accepted') throw new Error(`no conversation was made: ${verdict}`)
    conversations[place] = conversation
  })
  return conversations
}

/** Everybody pings at this pace, each from a moment of his own on. */
export async function idleBeat(given: {
  readonly seconds: number
  readonly everyMs: number
}): Promise<Beaten> {
  const times: number[] = []
  let pings = 0
  const until = performance.now() + given.seconds * 1000
  await Promise.all(
    idlers.map(async ({ device }, place) => {
      await pause((place / idlers.length) * given.everyMs)
      while (performance.now() < until && device.end === undefined) {
        pings += 1
        const ms = await Promise.race([device.ping(), pause(pongMs)])
        if (ms !== undefined) times.push(ms)
        await pause(Math.max(0, Math.min(given.everyMs, until - performance.now())))
      }
    }),
  )
  const gone = idlers.flatMap(({ device }) => (device.end === undefined ? [] : [device.end.code]))
  const known = times.length === 0 ? [0] : times
  return { pings, pongs: times.length, p50: percentile(known, 0.5), p99: percentile(known, 0.99), gone }
}

/** As long as a device waits for a pong before it gives the connection up. */
const pongMs = 8000

/** Milliseconds until it is acknowledged. */
export async function idleSay(given: {
  readonly user: string
  readonly conversation: ConversationId
}): Promise<number> {
  const idler = idlers.find(({ device }) => device.user === given.user)
  if (idler === undefined) throw new Error(`${given.user} is not here`)
  const { device } = idler
  const place = { client: makeClientId(randomBytes(8)), clock: 0 }
  const update = writeAppend({ ...place, origin: null, content: contentOf(device.user, 1) })
  const begin = performance.now()
  const verdict = await new Promise<string>((resolve) => {
    idler.answers.set('push', resolve)
    device.send({ frame: 'push', conversation: given.conversation, page: 1, updates: [update] })
  })
  if (verdict !== 'accepted') throw new Error(`a message was not accepted: ${verdict}`)
  return performance.now() - begin
}

export async function idleRows(): Promise<number> {
  await pause(0)
  return sum(idlers.map(({ device }) => device.rows))
}
