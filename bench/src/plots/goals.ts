/** The goals of the relay: what each counts, its floor, what is aimed at, and what `pnpm bench relay --quick` found last. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder } from '../folders.ts'
import { plain } from '../table.ts'

export interface Goal {
  readonly goal: string
  readonly counts: string
  readonly floor: string
  readonly aim: string
}

/** Floors and aims as they were set, before there was a relay: see docs/decisions/0008-speed.md. */
export const goals: readonly Goal[] = [
  {
    goal: 'G1',
    counts: 'deliveries per CPU s, 100 conversations of 2',
    floor: '65,000',
    aim: '90,000',
  },
  {
    goal: 'G2',
    counts: 'deliveries per CPU s, one conversation of 200',
    floor: '1,200,000',
    aim: '1,600,000',
  },
  { goal: 'G3', counts: 'deliveries per CPU s, 1,000 conversations of 3', floor: '40,000', aim: '50,000' },
  { goal: 'G4', counts: 'from sending to receiving at a fixed rate, p99', floor: '15 ms', aim: '8 ms' },
  {
    goal: 'G5',
    counts: 'catching up 200 of 1,000 conversations: time, CPU of the relay',
    floor: '0.2 s, 0.06 s',
    aim: '0.15 s, 0.04 s',
  },
  {
    goal: 'G6',
    counts: 'the list of 1,000 conversations for an empty device',
    floor: '0.15 s, 0.3 MB',
    aim: '0.08 s',
  },
  {
    goal: 'G7',
    counts: 'the first screen of a conversation of 100,000',
    floor: '50 ms, 20 kB',
    aim: '25 ms, 15 kB',
  },
  { goal: 'G8', counts: 'lost of what was acknowledged before SIGKILL', floor: '0', aim: '0' },
  {
    goal: 'G9',
    counts: 'memory of an idle member with his conversation of 200',
    floor: '25 KiB',
    aim: '15 KiB',
  },
  { goal: 'G10', counts: 'an append at 100,000 messages beside one at 1,000', floor: '1.2 ×', aim: '1.05 ×' },
  {
    goal: 'G11',
    counts: 'client with Yjs and IndexedDB, gzip: core, all of it',
    floor: '45 kB',
    aim: '45 kB, 60 kB',
  },
  {
    goal: 'G12',
    counts: 'presence frames per s, 200 idle members of one conversation',
    floor: '20',
    aim: '5',
  },
]

/** As it is printed and kept: a line of JSON for each goal. */
export interface FoundGoal {
  readonly goal: string
  readonly value: unknown
  readonly bestPeer: unknown
  readonly limit: unknown
  readonly floor: unknown
  readonly aim: unknown
  readonly ok: boolean
}

export function readGoals(folder: string = join(benchFolder, 'results')): readonly FoundGoal[] {
  const path = join(folder, 'goals.json')
  if (!existsSync(path)) return []
  const read: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const list: unknown = Array.isArray(read) ? read : asRecord(read)['goals']
  return Array.isArray(list) ? list.map(asGoal) : []
}

function asGoal(value: unknown): FoundGoal {
  const { goal, value: found, bestPeer, limit, floor, aim, ok } = asRecord(value)
  if (typeof goal !== 'string' || typeof ok !== 'boolean')
    throw new Error('a goal has a name, and is met or not')
  return { goal, value: found, bestPeer, limit, floor, aim, ok }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}

export function goalsTable(found: readonly FoundGoal[]): string {
  const rows = goals.map(({ goal, counts, floor, aim }) => {
    const one = found.find((other) => other.goal === goal)
    const cells =
      one === undefined
        ? ['–', '–', '–', floor, aim, 'not measured']
        : [
            `**${cell(one.value)}**`,
            cell(one.bestPeer),
            cell(one.limit),
            cell(one.floor ?? floor),
            cell(one.aim ?? aim),
            one.ok ? 'met' : '**missed**',
          ]
    return `| ${[goal, counts, ...cells].join(' | ')} |`
  })
  return [
    '| goal | what counts | Parley | best peer | limit | floor | aim | floor |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |',
    ...rows,
  ].join('\n')
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number')
    return Math.abs(value) < 1 ? String(Number(value.toPrecision(2))) : plain(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
