/**
 * Data folders to read from, and what a device holds that was there before: made once, through the relay's own door, and kept
 * under `.cache` for as long as what they are made of stays the same.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type ConversationId, parseConversationId } from '@parley/document'
import { openSqliteRelayStore } from '@parley/relay/node'
import { benchFolder, makeFolder } from '../../folders.ts'
import { startRelay } from '../../relay-process.ts'
import { reader, type Shelf } from './library.ts'
import { runProgram } from './program.ts'
import { openScribe, type Scribe, type Tails } from './scribe.ts'

/** The store of a device that held everything before the news came. */
export const deviceFile = 'device.sqlite'

/** Goes up when what is written, or held, is to be another. */
const fixtureVersion = 1

export interface Fixture {
  /** Given to `startRelay`; with `device.sqlite` of a device that held all of it before the news came, if one did. */
  readonly folder: string
}

/** `held`: a device has read it all before the news came. */
export interface Wanted {
  readonly name: string
  readonly shelf: Shelf
  /** Messages of conversation n, before the news. */
  readonly messagesOf: (conversation: number) => number
  readonly held: boolean
  /** One line of progress. */
  readonly tell: (line: string) => void
}

export const readingCache: string = join(benchFolder, '.cache', 'reading')

export async function fixtureOf(wanted: Wanted, parent: string = readingCache): Promise<Fixture> {
  const folder = join(parent, `${wanted.name}-${await formatOf()}`)
  if (!existsSync(join(folder, 'conversations.json'))) await make(wanted, folder)
  return { folder }
}

const formatDigits = 12

/** What an empty log looks like: another layout, other fixtures. */
async function formatOf(): Promise<string> {
  const folder = makeFolder('format')
  try {
    const store = await openSqliteRelayStore({ directory: folder })
    await store.close()
    const database = new DatabaseSync(join(folder, 'relay.sqlite'))
    const layout = database.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all()
    database.close()
    const text = JSON.stringify([fixtureVersion, layout])
    return createHash('sha256').update(text).digest('hex').slice(0, formatDigits)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function make(wanted: Wanted, folder: string): Promise<void> {
  const { name, shelf, held, tell } = wanted
  const unfinished = makeFolder('fixture')
  const data = join(unfinished, 'data')
  const tails: Tails = new Map()
  try {
    tell(`${name}: writing ${shelf.conversations} conversations, once`)
    const ids = await withScribe(data, tails, async (scribe) => writeAll(scribe, wanted))
    writeFileSync(join(unfinished, 'conversations.json'), JSON.stringify(ids))
    if (held) {
      tell(`${name}: a device reads them`)
      await readAll(unfinished)
      tell(`${name}: writing what comes while it is away`)
      await withScribe(data, tails, async (scribe) =>
        atOnce(shelf.moved, async (conversation) => {
          const id = ids[conversation]
          if (id !== undefined) await scribe.goOn(id, conversation, shelf.messages, shelf.news)
        }),
      )
    }
    const parent = dirname(folder)
    mkdirSync(parent, { recursive: true })
    // Those of another layout are of no use any more.
    const older = new RegExp(`^${name}-[0-9a-f]{${formatDigits}}$`)
    for (const other of readdirSync(parent).filter((entry) => older.test(entry)))
      rmSync(join(parent, other), { recursive: true, force: true })
    renameSync(unfinished, folder)
    tell(`${name}: done`)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

async function withScribe<T>(data: string, tails: Tails, use: (scribe: Scribe) => Promise<T>): Promise<T> {
  const scribe = await openScribe(data, tails)
  try {
    return await use(scribe)
  } finally {
    await scribe.close()
  }
}

async function writeAll(scribe: Scribe, { shelf, messagesOf }: Wanted): Promise<readonly ConversationId[]> {
  const ids: ConversationId[] = []
  const write = async (conversation: number): Promise<void> => {
    ids[conversation] = await scribe.begin(conversation, messagesOf(conversation))
  }
  // The long ones alone, and before the others, which are then the latest.
  const long = Array.from({ length: shelf.conversations }, (_, at) => at).filter(
    (at) => messagesOf(at) > shelf.messages,
  )
  for (const conversation of long) await write(conversation)
  await atOnce(shelf.conversations, async (conversation) => {
    if (!long.includes(conversation)) await write(conversation)
  })
  return ids
}

const hands = 8

/** So many together that they share a turn, in the order of their numbers. */
async function atOnce(count: number, run: (number: number) => Promise<void>): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: hands }, async () => {
      while (next < count) {
        const number = next
        next += 1
        await run(number)
      }
    }),
  )
}

/** A device of the SDK that keeps what it reads in SQLite. */
async function readAll(folder: string): Promise<void> {
  const relay = await startRelay({ folder })
  try {
    const { port, pid } = relay
    const token = await relay.token(reader)
    await runProgram(process.execPath, {
      job: 'hold',
      port,
      pid,
      token,
      folder,
      store: join(folder, deviceFile),
    })
  } finally {
    await relay.stop()
  }
}

export function readConversations(folder: string): readonly ConversationId[] {
  const stored: unknown = JSON.parse(readFileSync(join(folder, 'conversations.json'), 'utf8'))
  const ids = Array.isArray(stored) ? stored.map(parseConversationId) : []
  if (ids.length === 0 || ids.includes(undefined)) throw new Error(`${folder} holds no fixture`)
  return ids.filter((id) => id !== undefined)
}
