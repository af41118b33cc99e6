/**
 * Data to start from: made once through the server's own door, looked through, and kept in a cache for as long as what it is made
 * of stays the same. A run is given a copy.
 */
import { createHash, type Hash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder, makeFolder, rootFolder } from '../folders.ts'
import { pause } from '../waiting.ts'
import type { Contender, Server } from './contender.ts'
import { eachOf } from './hall.ts'
import type { Setting } from './scenario.ts'
import { firstFilled } from './tally.ts'

export interface Fixture {
  readonly name: string
  readonly rooms: readonly FixtureRoom[]
}

export interface FixtureRoom {
  readonly name: string
  readonly messages: number
}

const cache = join(benchFolder, '.cache', 'compare')

/** What this process has asked for: one of each, however many runs begin at once, and whatever is edited meanwhile. */
const asked = new Map<string, Promise<string>>()

/** The folder it is kept in; made first, unless it is there. */
export async function ensureFixture(
  contender: Contender,
  fixture: Fixture,
  setting: Setting,
): Promise<string> {
  const key = `${contender.name}/${fixture.name}`
  const kept = asked.get(key) ?? makeUnlessThere(contender, fixture, setting)
  asked.set(key, kept)
  return kept
}

async function makeUnlessThere(
  contender: Contender,
  fixture: Fixture,
  { node, tell }: Setting,
): Promise<string> {
  const prefix = `${contender.name}-${fixture.name}-`
  const kept = join(cache, `${prefix}${madeOf(contender, fixture)}`)
  if (existsSync(kept)) return kept
  tell(`making ${fixture.name} for ${contender.name}, once: ${fixture.rooms.length} conversations`)
  const folder = makeFolder(`fixture-${contender.name}`)
  try {
    const server = await contender.start({ node, folder })
    try {
      await eachOf(fixture.rooms.length, 8, async (n) => fillRoom(contender, server, fixture.rooms[n]))
      // y-websocket ends in the middle of what it stores.
      if (contender.role === 'peer') await pause(storeMs)
    } finally {
      await server.stop()
    }
    await checkFixture(contender, fixture, folder, node)
    mkdirSync(cache, { recursive: true })
    for (const old of readdirSync(cache).filter((name) => name.startsWith(prefix))) {
      rmSync(join(cache, old), { recursive: true, force: true })
    }
    renameSync(folder, kept)
    return kept
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** For one run: whoever starts a server on it removes it with that. */
export function copyOf(kept: string): string {
  const folder = makeFolder('run')
  cpSync(kept, folder, { recursive: true })
  return folder
}

const talkers = 2
const atOnce = 250
/** Beyond this, messages wait until others are acknowledged. */
const window = 250
/** For some hundred messages. */
const patienceMs = 60_000
const storeMs = 2000

/** Two people in turn, some hundred messages each. */
async function fillRoom(contender: Contender, server: Server, room: FixtureRoom | undefined): Promise<void> {
  if (room === undefined) throw new Error('there is no such conversation in the fixture')
  const members = room.messages > atOnce ? talkers : 1
  const taken = { count: 0 }
  const open = await contender.open(server, {
    name: room.name,
    members,
    guests: members === 1 ? [`${room.name}-1`] : [],
    fills: true,
    hear: {
      acknowledged(_place, numbers) {
        taken.count += numbers.length
      },
    },
  })
  const reach = async (count: number): Promise<void> => {
    const until = performance.now() + patienceMs
    while (taken.count < count) {
      if (performance.now() > until || open.lost() !== undefined) {
        throw new Error(`${taken.count} of ${count} messages were taken: ${open.lost() ?? 'too slow'}`)
      }
      await pause(1)
    }
  }
  for (let sent = 0, turn = 0; sent < room.messages; turn += 1) {
    const count = Math.min(atOnce, room.messages - sent)
    const numbers = Array.from({ length: count }, (_, n) => firstFilled + sent + n)
    open.sendMany(turn % members, numbers)
    sent += count
    await reach(sent - window)
  }
  await reach(room.messages)
  await open.close()
}

/** All of the longest conversation is there, and all of the first and the last. */
async function checkFixture(
  contender: Contender,
  { name, rooms }: Fixture,
  folder: string,
  node: string,
): Promise<void> {
  const longest = rooms.toSorted((a, b) => b.messages - a.messages)[0]
  const server = await contender.start({ node, folder })
  try {
    for (const room of new Set([longest, rooms[0], rooms.at(-1)])) {
      if (room === undefined || !contender.stores) continue
      const kept = new Set(await contender.read(server, room.name)).size
      if (kept !== room.messages) {
        throw new Error(`${contender.name} kept ${kept} of ${room.messages} messages of ${name}`)
      }
    }
  } finally {
    await server.stop()
  }
}

/** Ours is made anew when its own code has changed: what it stores may look different. */
function madeOf(contender: Contender, fixture: Fixture): string {
  const hash = createHash('sha256').update(JSON.stringify(fixture))
  for (const folder of ['contenders', 'servers']) addCode(hash, join('bench', 'src', 'compare', folder))
  for (const file of ['message.ts', 'yjs-pen.ts', 'fixtures.ts']) {
    hash.update(readFileSync(join(benchFolder, 'src', 'compare', file)))
  }
  if (contender.role === 'ours') {
    for (const name of ['document', 'wire', 'relay']) addCode(hash, join('packages', name, 'src'))
  }
  return hash.digest('hex').slice(0, 16)
}

function addCode(hash: Hash, folder: string): void {
  const files = readdirSync(join(rootFolder, folder), { recursive: true, encoding: 'utf8' })
  for (const file of files.toSorted()) {
    if (!file.endsWith('.ts') || /\.test(-[a-z]+)?\.ts$/.test(file)) continue
    hash.update(file).update(readFileSync(join(rootFolder, folder, file)))
  }
}
