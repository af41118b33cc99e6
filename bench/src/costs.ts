/**
 * Where a saturated relay spends its time: Node's own profiler over the stretch in which messages were sent.
 *
 * Every sample is put down to the code that stands on top of the stack. What runs inside Node or SQLite has no name there
 * and counts for who called it.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { saturate, type Shape, shapes, type Stretch } from './appends.ts'
import { makeFolder } from './folders.ts'
import { startRelay } from './relay-process.ts'
import { type Run, type Scenario, type Size, usualRuns } from './scenario.ts'
import { sum } from './waiting.ts'

const full: Stretch = { warmUpMs: 1000, measureMs: 5000, limit: 500_000 }
const tiny: Stretch = { warmUpMs: 0, measureMs: 500, limit: 2000 }
const tinyShape: Shape = { name: '', conversations: 3, members: 2, senders: 1, window: 8, perPush: 1 }

export const costs: Scenario = {
  name: 'costs',
  about:
    'The relay under `100 conversations of 2` of `appends`, with Node’s profiler on, which slows it a little. Shares are of the time it was not idle; waiting for the disk counts as time, since the relay waits with it.',
  runs: usualRuns,
  run: async (size: Size): Promise<Run> => {
    const shape = size === 'full' ? shapes.find(({ conversations }) => conversations > 1) : tinyShape
    if (shape === undefined) throw new Error('there is a shape of many conversations')
    const folder = makeFolder('profile')
    const begun = performance.now()
    const relay = await startRelay({ nodeArguments: ['--cpu-prof', `--cpu-prof-dir=${folder}`] })
    try {
      const saturated = await saturate(relay, shape, size === 'full' ? full : tiny)
      await relay.stop()
      const [file = ''] = readdirSync(folder)
      const times = timesOf(readProfile(join(folder, file)), saturated.from - begun, saturated.to - begun)
      const all = sum([...times.values()])
      return {
        checked: saturated.checked,
        figures: [...times].flatMap(([of, us]) => [
          { of, name: 'share', unit: '%', value: (100 * us) / all },
          { of, name: 'a message', unit: 'µs', value: us / saturated.checked },
        ]),
      }
    } finally {
      await relay.dispose()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** The first that matches gets the sample; the last matches all. */
const parts: readonly (readonly [string, RegExp])[] = [
  ['idle', /^\(idle\)/],
  ['garbage collection', /^\(garbage collector\)/],
  // A transaction is what has no name of its own in there.
  ['SQLite: a turn’s blob, and COMMIT with its fsync', /^ \S*\/sqlite-log\.ts$/],
  ['the journal: encoding, and what is pending', /\/sqlite-(journal[a-z-]*|pending|log)\.ts$/],
  [
    'SQLite: settling the journal into the tables',
    /\/sqlite-commit\.ts$|^(createRowWriter|put|flush|end|endRun) .*\/sqlite-rows\.ts$/,
  ],
  ['SQLite: reading what is known', /\/sqlite-[a-z-]+\.ts$/],
  // Node's own have no path: buffers, ticks and events are there for sockets, texts for frames, patterns for ids.
  [
    'sockets: ws and Node',
    /\/ws\/lib\/|^write(v|Buffer|Utf8String|Latin1String) |^onStreamRead|node:(net|events|buffer|_http|internal\/(stream|buffer|process\/task_queues))/,
  ],
  ['frames: @parley/wire and lib0', /\/packages\/wire\/|\/lib0\/|^decodeUTF8 |node:internal\/encoding/],
  ['updates, entries and digests: @parley/document', /\/packages\/document\/|\/yjs\/|^RegExp: /],
  ['the shell of @parley/relay', /\/packages\/relay\/src\/node\//],
  ['the core of @parley/relay', /\/packages\/relay\/src\//],
  ['everything else', /(?:)/],
]

interface Profile {
  /** Microseconds of the profiler’s own clock. */
  readonly startTime: number
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

function readProfile(path: string): Profile {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node's own file, of the version pinned here
  return JSON.parse(readFileSync(path, 'utf8')) as Profile
}

/** Microseconds by part, between two moments after the start; without what was idle. */
export function timesOf(profile: Profile, fromMs: number, toMs: number): ReadonlyMap<string, number> {
  const partOf = new Map(
    profile.nodes.map(({ id, callFrame }) => {
      const text = `${callFrame.functionName} ${callFrame.url}`
      return [id, parts.find(([, pattern]) => pattern.test(text))?.[0] ?? '']
    }),
  )
  const times = new Map(parts.map(([name]) => [name, 0]))
  let at = 0
  for (const [index, sample] of profile.samples.entries()) {
    const delta = profile.timeDeltas[index] ?? 0
    at += delta
    const part = partOf.get(sample) ?? ''
    if (at >= fromMs * 1000 && at < toMs * 1000) times.set(part, (times.get(part) ?? 0) + delta)
  }
  times.delete('idle')
  return times
}
