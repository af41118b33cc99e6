import { expect, test } from 'vitest'
import { maxMilliseconds, tryInput } from './budget.ts'
import { fromLine, readCorpus, toLine } from './corpus.ts'
import { inputsOf } from './inputs.ts'
import { createRandom } from './random.ts'
import { type Finding, runTargets } from './run.ts'
import { targetNames } from './target-names.ts'
import type { Target } from './target.ts'
import { targets } from './targets.ts'
import { readWild } from './wild.ts'

const rounds = 2

async function inputsAndFindings(
  target: Target,
): Promise<{ readonly inputs: number; readonly failures: readonly string[] }> {
  const failures: string[] = []
  let inputs = 0
  for (let round = 0; round < rounds; round += 1) {
    for (const input of inputsOf(target, 'unit', round, readCorpus(target.name))) {
      const failure = await tryInput(target, input)
      inputs += 1
      if (failure !== undefined)
        failures.push(`${failure.kind}: ${failure.detail}: ${toLine(input).slice(0, 400)}`)
    }
  }
  return { inputs, failures }
}

test.each(targets.map((target) => [target.name, target] as const))(
  '[AT41] %s: whatever it is given, what must hold does, in time and in bounds',
  async (_, target) => {
    const { inputs, failures } = await inputsAndFindings(target)
    expect(failures).toEqual([])
    expect(inputs).toBeGreaterThanOrEqual(rounds * target.round)
  },
)

test('[AT40] the same seed makes the same inputs, another one others', () => {
  for (const target of targets) {
    const [first, again, other] = ['a', 'a', 'b'].map((seed) =>
      inputsOf(target, seed, 1, readCorpus(target.name)).map(toLine),
    )
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  }
})

test('[AT40] inputs are of every kind: most have something that is taken, and something that is not', async () => {
  const device = targets.find(({ name }) => name === 'device-frame')
  const inputs = device === undefined ? [] : inputsOf(device, 'kinds', 1, [])
  const taken = inputs.filter((input) => {
    const decoded = device?.read?.(input)
    return typeof decoded === 'object' && decoded !== null && 'ok' in decoded && decoded.ok === true
  })
  expect(taken.length).toBeGreaterThan(inputs.length / 10)
  expect(taken.length).toBeLessThan((inputs.length * 9) / 10)
  expect(new Set(taken.map(([kind]) => kind)).size).toBe(12)
})

test('[AT49] an input comes back from the corpus as it was written', () => {
  const random = createRandom('corpus')
  const inputs = Array.from({ length: 300 }, () => {
    const parts = Array.from({ length: random.below(4) }, () => {
      const part = Array.from({ length: random.below(60) }, () => random.below(random.once(2) ? 2 : 256))
      return Array.from({ length: random.once(2) ? 1 : random.below(300) }, () => part).flat()
    })
    return Uint8Array.from(parts.flat())
  })
  for (const input of inputs) expect(fromLine(toLine(input))).toEqual(input)
  const large = Uint8Array.from({ length: 300_000 }, (_, index) => index % 2)
  expect(toLine(large).length).toBeLessThan(100)
})

test('[AT49] the corpus has inputs of every target, and a file is named like each', () => {
  expect(targets.map(({ name }) => name)).toEqual(targetNames)
  for (const { name } of targets) expect([name, readCorpus(name).length > 0]).toEqual([name, true])
})

test('[AT43] what takes long once is not slow, what does so every time is', async () => {
  let tries = 0
  const work = (milliseconds: number): void => {
    const { user } = process.threadCpuUsage()
    while (process.threadCpuUsage().user - user < milliseconds * 1000);
  }
  const target = (run: () => void): Target => ({
    name: 'slow',
    run,
    make: () => ({ is: 'raw', bytes: [] }),
    edges: [],
    round: 1,
  })
  const once = target(() => {
    tries += 1
    if (tries === 1) work(1.3 * maxMilliseconds)
  })
  expect(await tryInput(once, new Uint8Array())).toBeUndefined()
  expect(tries).toBe(4)
  const always = target(() => work(1.3 * maxMilliseconds))
  expect(await tryInput(always, new Uint8Array())).toMatchObject({ kind: 'slow' })
})

test('[AT43] what is done elsewhere at the same time is nobody’s fault', async () => {
  const run = async (): Promise<void> => {
    await new Promise((resolve) => {
      setTimeout(resolve, 3 * maxMilliseconds)
    })
  }
  const target: Target = { name: 'waits', run, make: () => ({ is: 'raw', bytes: [] }), edges: [], round: 1 }
  expect(await tryInput(target, new Uint8Array())).toBeUndefined()
})

test('[AT45] a value for parsers may be what no decoder gives', () => {
  const bytes = [117, 9, 127, 122, 0, 0, 0, 0, 0, 0, 0, 5, 116, 1, 7, 115, 2, 0xd8, 0, 114, 113, 126, 112]
  const deep = [118, 1, 9, ...Buffer.from('__proto__'), 125, 64]
  const value = readWild(Uint8Array.from([...bytes, ...deep]))
  const values: readonly unknown[] = Array.isArray(value) ? value : []
  expect(values.slice(0, 4)).toEqual([undefined, 5n, Uint8Array.of(7), '\ud800'])
  expect(values.slice(4, 7)).toMatchObject([expect.any(Function), new Map([['op', null]]), { length: 3 }])
  expect(Object.entries(values[7] ?? {})).toEqual([['__proto__', -0]])
})

test('[AT44] a run tells each finding once, shrunk, with its seed', async () => {
  const findings: Finding[] = []
  let slices = 0
  const target: Target = {
    name: 'seven',
    run(bytes) {
      if (bytes.includes(7)) throw new Error(`there is a seven among ${bytes.length}`)
    },
    make: (random) => ({ is: 'raw', bytes: Array.from({ length: 40 }, () => random.below(256)) }),
    edges: [],
    round: 200,
  }
  await runTargets({
    targets: [target],
    seed: 'sevens',
    goesOn: () => slices < 3,
    sliceMs: 1,
    onFinding: (finding) => findings.push(finding),
    onSlice: () => {
      slices += 1
    },
  })
  expect(findings).toMatchObject([
    { kind: 'thrown', target: 'seven', seed: 'sevens', smallest: Uint8Array.of(7) },
  ])
  expect(findings[0]?.input).toContain(7)
})
