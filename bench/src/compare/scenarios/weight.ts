/**
 * Memory of a server while nothing happens, after its garbage has been collected: for a member who is connected, and for one who
 * is connected to a conversation of his own of 200 messages. The first ones warm it up and are not counted.
 */
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import type { Figure } from '../../scenario.ts'
import { residentBytes } from '../../process-usage.ts'
import { pause } from '../../waiting.ts'
import type { Contender, Server } from '../contender.ts'
import { copyOf, ensureFixture, type Fixture } from '../fixtures.ts'
import { type Hall, openHall } from '../hall.ts'
import { serversFolder } from '../peers-folder.ts'
import type { CompareScenario, CompareSize } from '../scenario.ts'
import { processorSeconds } from '../usage.ts'

interface Weight {
  readonly before: number
  readonly members: number
  readonly messages: number
  readonly settleMs: number
}

const weights: Readonly<Record<CompareSize, Weight>> = {
  full: { before: 100, members: 1000, messages: 200, settleMs: 500 },
  quick: { before: 100, members: 500, messages: 200, settleMs: 500 },
  tiny: { before: 2, members: 6, messages: 10, settleMs: 20 },
}

export const weightFigures = { own: 'each in a conversation of 200', memory: 'memory of a member' } as const

export const weight: CompareScenario = {
  name: 'weight',
  about:
    'Resident memory of the server after a collection, for each of 1,000 idle members more: in one empty conversation, or each in a loaded one of 200 messages of his own.',
  contenders: ['parley', 'hocuspocus', 'y-websocket', 'bare-ws', 'bare-ws-sqlite'],
  quick: ['parley', 'hocuspocus', 'bare-ws-sqlite'],
  timeless: 'works',
  async prepare(contender, size, setting) {
    if (contender.stores) await ensureFixture(contender, fixtureOf(weights[size]), setting)
  },
  async run(contender, size, setting) {
    const { before, members, settleMs } = weights[size]
    const own = await weigh(await startOn(contender, size, setting), settleMs, async (server) => ({
      warm: async () =>
        openHall({ contender, server, shape: { conversations: before, members: 1 }, name: roomName }),
      measured: async () =>
        openHall({
          contender,
          server,
          shape: { conversations: members, members: 1 },
          name: (conversation) => roomName(before + conversation),
        }),
    }))
    const figures = [...figuresOf(weightFigures.own, own, members)]
    if (size === 'quick') return { figures, checked: before + members }
    const server = await contender.start({ node: setting.node, nodeArguments })
    const inOne = await weigh(server, settleMs, async () => ({
      warm: async () =>
        openHall({ contender, server, shape: { conversations: 1, members: before }, name: () => 'warm' }),
      measured: async () =>
        openHall({ contender, server, shape: { conversations: 1, members }, name: () => 'one' }),
    }))
    figures.push(...figuresOf('all in an empty one', inOne, members))
    return { figures, checked: 2 * (before + members) }
  },
}

const roomName = (conversation: number): string => `weight-${conversation}`

function fixtureOf({ before, members, messages }: Weight): Fixture {
  const rooms = Array.from({ length: before + members }, (_, n) => ({ name: roomName(n), messages }))
  return { name: `weight-${before + members}-of-${messages}`, rooms }
}

const nodeArguments = ['--expose-gc', `--import=${pathToFileURL(join(serversFolder, 'collect.ts')).href}`]

async function startOn(
  contender: Contender,
  size: CompareSize,
  setting: Parameters<CompareScenario['run']>[2],
): Promise<Server> {
  const { node } = setting
  if (!contender.stores) return contender.start({ node, nodeArguments })
  const kept = await ensureFixture(contender, fixtureOf(weights[size]), setting)
  return contender.start({ node, nodeArguments, folder: copyOf(kept) })
}

interface Steps {
  readonly warm: () => Promise<Hall>
  readonly measured: () => Promise<Hall>
}

interface Weighed {
  readonly bytes: number
  readonly joinSeconds: number
}

async function weigh(
  server: Server,
  settleMs: number,
  stepsOf: (server: Server) => Promise<Steps>,
): Promise<Weighed> {
  try {
    const { warm, measured } = await stepsOf(server)
    const first = await warm()
    const before = await collected(server, settleMs)
    const cpu = processorSeconds(server.pid)
    const others = await measured()
    const joinSeconds = processorSeconds(server.pid) - cpu
    const after = await collected(server, settleMs)
    const lost = [...first.stalls, ...others.stalls].map(({ room }) => room.lost())
    const reason = lost.find((one) => one !== undefined)
    if (reason !== undefined) throw new Error(`a member was lost: ${reason}`)
    await first.close()
    await others.close()
    return { bytes: after - before, joinSeconds }
  } finally {
    await server.dispose()
  }
}

async function collected({ pid }: Server, settleMs: number): Promise<number> {
  for (let time = 0; time < 2; time += 1) {
    await pause(settleMs)
    process.kill(pid, 'SIGUSR2')
  }
  await pause(settleMs)
  return residentBytes(pid)
}

function figuresOf(of: string, { bytes, joinSeconds }: Weighed, members: number): readonly Figure[] {
  return [
    { of, name: weightFigures.memory, unit: 'KiB', value: bytes / 1024 / members },
    { of, name: 'CPU of the server for one to join', unit: 'ms', value: (joinSeconds * 1000) / members },
  ]
}
