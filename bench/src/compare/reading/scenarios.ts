/**
 * What a device pays to come back, to begin, and to open something long. Every run has a server of its own on a copy of the
 * same data, which has served somebody before, and a device in a process of its own that has done nothing before. What the
 * device then shows is compared with what was written. Rules BE30 to BE34.
 */
import { copyFileSync, cpSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { makeFolder } from '../../folders.ts'
import { tokenFor } from '../../relay-process.ts'
import type { Figure, Run } from '../../scenario.ts'
import type { Contender, Server } from '../contender.ts'
import type { CompareScenario, CompareSize, Setting } from '../scenario.ts'
import { reader } from './library.ts'
import type { Reading } from './meter.ts'
import { readPeer, stayAtPeer } from './peer-device.ts'
import { type Given, runProgram } from './program.ts'
import { lengthOf, type ShelfName, shelves } from './shelves.ts'
import { deviceFile } from './fixture.ts'
import { stockOf } from './stock.ts'

/** What is measured, as `Figure.of` names it. */
export const readingOf = {
  atHand: 'its data at hand',
  opened: 'opened first',
  list: 'the list',
  longScreen: 'the newest 50 of 100,000',
  shortScreen: 'the newest 50 of 1,000',
  longWhole: 'all of 100,000',
} as const

export const readingFigure = {
  seconds: 'time',
  server: 'CPU of the server',
  device: 'CPU of the device',
  bytesIn: 'in',
  bytesOut: 'out',
  frames: 'frames',
  sockets: 'sockets',
} as const

const contenders = ['parley', 'hocuspocus-wide', 'y-websocket', 'bare-ws-sqlite'] as const

const catchUp: CompareScenario = {
  name: 'catch-up',
  about:
    'A device that held 1,000 conversations of 200 messages comes back; 200 of them have 10 new ones. Until it has told every one of them. Ours keeps what it holds in SQLite on its disk, and what comes too; the peers’ hold it in memory.',
  contenders,
  quick: ['parley', 'hocuspocus-wide', 'bare-ws-sqlite'],
  prepare: async (contender, size, setting) => void (await stockOf(contender, 'away', size, setting)),
  run: async (contender, size, setting) => runCatchUp(contender, { size, setting }),
}

async function runCatchUp(contender: Contender, place: Place): Promise<Run> {
  const atHand = await readOnce(contender, { ...place, name: 'away', of: readingOf.atHand })
  if (contender.name !== 'parley' || place.size === 'quick') return joined(atHand)
  return joined(atHand, await readOnce(contender, { ...place, name: 'away', of: readingOf.opened }))
}

const coldStart: CompareScenario = {
  name: 'cold-start',
  about:
    'A device that holds nothing, until it shows its list of 1,000 conversations of 200 messages, each with its last one. The peers’ have to load each document for that.',
  contenders,
  quick: ['parley', 'y-websocket', 'bare-ws-sqlite'],
  prepare: async (contender, size, setting) => void (await stockOf(contender, 'away', size, setting)),
  run: async (contender, size, setting) => runColdStart(contender, { size, setting }),
}

async function runColdStart(contender: Contender, place: Place): Promise<Run> {
  return joined(await readOnce(contender, { ...place, name: 'away', of: readingOf.list }))
}

const openLong: CompareScenario = {
  name: 'open-long',
  about:
    'A device that has its list, and has opened another long conversation, opens one of 100,000 messages, and another time one of 1,000, until it shows the newest 50; then one of 100,000 back to the beginning. The peers’ have the newest when they have all of it.',
  contenders,
  quick: ['parley', 'y-websocket', 'bare-ws-sqlite'],
  prepare: async (contender, size, setting) => void (await stockOf(contender, 'long', size, setting)),
  run: async (contender, size, setting) => runOpenLong(contender, { size, setting }),
}

async function runOpenLong(contender: Contender, place: Place): Promise<Run> {
  const isPeer = contender.role === 'peer'
  const screens = isPeer ? [] : [readingOf.longScreen, readingOf.shortScreen]
  const whole = isPeer || place.size !== 'quick' ? [readingOf.longWhole] : []
  const parts: Part[] = []
  for (const of of [...screens, ...whole])
    parts.push(await readOnce(contender, { ...place, name: 'long', of }))
  return joined(...parts)
}

export const readingScenarios: readonly CompareScenario[] = [catchUp, coldStart, openLong]

const runs: Readonly<Record<string, (contender: Contender, place: Place) => Promise<Run>>> = {
  [catchUp.name]: runCatchUp,
  [coldStart.name]: runColdStart,
  [openLong.name]: runOpenLong,
}

/** One of them by its name, on what is kept elsewhere than usual. */
export async function runReading(name: string, contender: Contender, place: Place): Promise<Run> {
  const run = runs[name]
  if (run === undefined) throw new Error(`there is no scenario of reading called ${name}`)
  return run(contender, place)
}

type Of = (typeof readingOf)[keyof typeof readingOf]

interface Place {
  readonly size: CompareSize
  readonly setting: Setting
  /** Where what is read is kept. */
  readonly parent?: string
}

interface Asked extends Place {
  readonly name: ShelfName
  readonly of: Of
}

interface Part {
  readonly of: Of
  readonly reading: Reading
}

const jobs = {
  [readingOf.atHand]: 'catch-up',
  [readingOf.opened]: 'catch-up',
  [readingOf.list]: 'cold-start',
  [readingOf.longScreen]: 'first-screen',
  [readingOf.shortScreen]: 'first-screen',
  [readingOf.longWhole]: 'whole',
} as const

async function readOnce(contender: Contender, asked: Asked): Promise<Part> {
  const { name, size, setting, of, parent } = asked
  const stock = await stockOf(contender, name, size, setting, parent)
  const server = await contender.start({ node: setting.node, folder: serverCopyOf(stock) })
  try {
    const reading =
      contender.role === 'peer'
        ? await asPeer(contender, server, asked)
        : await asOurs(contender, server, stock, asked)
    if (reading.complete !== reading.expected)
      throw new Error(
        `${contender.name}, ${of}: ${reading.complete} of ${reading.expected} were as they were written`,
      )
    return { of, reading }
  } finally {
    await server.dispose()
  }
}

/** For one run, without what is a device's. */
function serverCopyOf(stock: string): string {
  const folder = makeFolder('run')
  cpSync(stock, folder, { recursive: true, filter: (path) => basename(path) !== deviceFile })
  return folder
}

async function asPeer(
  contender: Contender,
  server: Server,
  { name, size, setting, of }: Asked,
): Promise<Reading> {
  const { folder, port, pid } = server
  const kind = contender.name === 'hocuspocus-wide' ? 'hocuspocus' : contender.name
  const job = jobs[of]
  if (job === 'first-screen') throw new Error('a peer opens all of a conversation')
  const lengths = name === 'long' ? shelves[size].long.lengths : []
  const asked = { node: setting.node, kind, folder, port, pid, job, shelf: shelves[size][name], lengths }
  if (job === 'whole') return readPeer({ ...asked, conversation: 0 })
  const leave = await stayAtPeer(asked)
  try {
    return await readPeer(asked)
  } finally {
    leave()
  }
}

/** A device of the SDK, or the little one of the limit. */
async function asOurs(
  contender: Contender,
  server: Server,
  stock: string,
  { name, size, setting, of }: Asked,
): Promise<Reading> {
  const { folder, port, pid } = server
  const device = makeFolder('device')
  const conversation = of === readingOf.shortScreen ? 1 : 0
  const given: Omit<Given, 'job'> = {
    port,
    pid,
    folder,
    token: await tokenFor(reader),
    bare: contender.name === 'bare-ws-sqlite',
    shelf: shelves[size][name],
    conversation,
    messages: lengthOf(name, shelves[size], conversation),
  }
  try {
    await runProgram(setting.node, { ...given, job: 'cold-start' })
    const job = jobs[of]
    if (job !== 'catch-up' || given.bare === true) return await runProgram(setting.node, { ...given, job })
    const store = join(device, 'device.sqlite')
    copyFileSync(join(stock, deviceFile), store)
    return await runProgram(setting.node, { ...given, job, store, opens: of === readingOf.opened })
  } finally {
    rmSync(device, { recursive: true, force: true })
  }
}

function joined(...parts: readonly Part[]): Run {
  return {
    figures: parts.flatMap(({ of, reading }) => figuresOf(of, reading)),
    checked: parts.reduce((total, { reading }) => total + reading.complete, 0),
  }
}

function figuresOf(of: Of, reading: Reading): readonly Figure[] {
  const { seconds, server, device, bytesIn, bytesOut, frames, sockets } = readingFigure
  return [
    { of, name: seconds, unit: 'ms', value: reading.seconds * 1000 },
    { of, name: server, unit: 'ms', value: reading.serverCpuSeconds * 1000 },
    { of, name: device, unit: 'ms', value: reading.clientCpuSeconds * 1000 },
    { of, name: bytesIn, unit: 'kB', value: reading.bytesIn / 1000 },
    { of, name: bytesOut, unit: 'kB', value: reading.bytesOut / 1000 },
    { of, name: frames, unit: 'in and out', value: reading.framesIn + reading.framesOut },
    { of, name: sockets, unit: '', value: reading.sockets },
  ]
}
