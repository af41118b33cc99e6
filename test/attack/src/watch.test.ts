import { expect, test } from 'vitest'
import { type Network, readMetrics } from './ground.ts'
import type { Attack } from './attack.ts'
import { attacks } from './attacks.ts'
import { startGround } from './ground-process.ts'
import { canary } from './scene.ts'
import { penOf } from './scenes.ts'
import { runSuite, tasksOf } from './suite.ts'
import { tryAttack, uncounted } from './trial.ts'
import { ceilings, createWatch } from './watch.ts'

interface Fake {
  readonly alive?: boolean
  readonly printed?: string
  readonly waitMs?: number
  readonly pid?: number
  readonly heldMs?: number
}

/** A relay that is only told of. */
async function watched({
  alive = true,
  printed = '',
  waitMs = 1,
  pid = process.pid,
  heldMs = 1,
}: Fake): Promise<readonly string[]> {
  let output = 'before error \n'
  const none = async (): Promise<never> => {
    throw new Error('not asked')
  }
  const network: Network = {
    port: 0,
    secret: 'hush',
    adminSecret: 'hush-hush',
    http: '',
    ws: '',
    directory: '',
    pid,
    alive: () => alive,
    output: () => output,
    held: async () => heldMs,
    metrics: async () => new Map(),
    end: none,
  }
  const probe = { longest: () => waitMs, close: none }
  const watch = createWatch(network, probe, { beat: async () => 1, close: none })
  const end = await watch.begin()
  output += printed
  return (await end()).faults
}

test('[AT9] a relay as it should be is no fault', async () => {
  expect(await watched({})).toEqual([])
  expect(await watched({ pid: -1 })).toEqual([])
})

test('[AT9] a relay that has ended, logged an error, or let others wait is one', async () => {
  expect(await watched({ alive: false })).toEqual([expect.stringContaining('the relay has ended')])
  expect(await watched({ printed: '2026-01-01T00:00:00Z error relay-fault x=1\n' })).toEqual([
    expect.stringContaining('relay-fault'),
  ])
  expect(await watched({ waitMs: ceilings.maxWaitMs + 1 })).toEqual([
    expect.stringContaining('others waited'),
  ])
  expect(await watched({ waitMs: ceilings.noticedMs + 1 })).toEqual([])
  expect(await watched({ heldMs: ceilings.maxHeldMs + 1 })).toEqual([
    expect.stringContaining('loop was held'),
  ])
  expect(await watched({ heldMs: ceilings.maxHeldMs - 1 })).toEqual([])
})

test('[AT9] a log that holds a token, a secret or what somebody wrote is one', async () => {
  const told = async (printed: string): Promise<readonly string[]> => watched({ printed })
  expect(await told('now info upgrade url=/?t=eyJhbGciOiJIUzI1NiJ9.e30.x\n')).toEqual([
    'the log holds a token',
  ])
  expect(await told('now info revoke by=hush-hush\n')).toEqual(['the log holds a secret'])
  expect(await told(`now debug row text=${canary}\n`)).toEqual(['the log holds what somebody wrote'])
  expect(await told('now info relay-started port=1\n')).toEqual([])
})

test('[AT9] what was refused must have been counted, each by its class and code', () => {
  const counts = new Map([['parley_answers_total{class="refused",code="gap"}', 1]])
  const counted = (name: string): number => counts.get(name) ?? 0
  const watchedNow = { faults: [], waitMs: 0, heldMs: 0, grownBytes: 0, counted }
  expect(uncounted({ answers: ['refused gap'] }, watchedNow)).toEqual([])
  expect(
    uncounted({ answers: ['rewrite gap', 'closed 4540 gap'], again: 'failure malformed' }, watchedNow),
  ).toEqual([
    'parley_answers_total{class="rewrite",code="gap"} has not been counted',
    'parley_failures_total{code="write-refused"} has not been counted',
    'parley_failures_total{code="malformed"} has not been counted',
  ])
})

test('[AT9] figures are read by their names', () => {
  const text = '# HELP x y\nparley_sessions 3\nparley_failures_total{code="gap"} 7\n'
  expect([...readMetrics(text)]).toEqual([
    ['parley_sessions', 3],
    ['parley_failures_total{code="gap"}', 7],
  ])
})

test('[AT8] attacks run against a relay process, through each of its doors', async () => {
  const ground = await startGround()
  const names = ['forged-author', 'write-after-removal', 'unsigned', 'revoke-without-secret', 'unmasked']
  const tasks = names.flatMap((only) => tasksOf(attacks, { only }))
  const lines: string[] = []
  const results = await runSuite(ground, tasks, (line) => lines.push(line))
  await ground.network.end()
  expect(results.flatMap(({ attack, faults }) => faults.map((fault) => `${attack}: ${fault}`))).toEqual([])
  expect(new Set(tasks.map(({ door }) => door))).toEqual(new Set(['parley', 'stock', 'http']))
  expect(lines).toHaveLength(tasks.length)
  expect(lines.every((line) => line.startsWith('held'))).toBe(true)
})

test('[AT6] what is written through the second door, and taken, makes an attack fall at everybody', async () => {
  const ground = await startGround()
  const attack: Attack = {
    name: 'honest',
    says: 'a message of a member',
    breaks: ['RE1'],
    scene: 'member',
    expects: { stock: { answers: ['quiet'] } },
    run: async (attacker, scene) => attacker.write([penOf(scene).text('hello').update]),
  }
  const { faults, seen } = await tryAttack(ground, attack, 'stock')
  await ground.network.end()
  expect(seen).toBe('quiet')
  expect(faults).toHaveLength(1)
  for (const whose of [
    "Tom's device: heard",
    'a fresh device of',
    "Mary's device:",
    'a stock reader: page',
    'a fresh stock reader:',
  ])
    expect(faults[0]).toContain(whose)
})
