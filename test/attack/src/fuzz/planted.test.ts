import { protocolOrder } from '@parley/relay'
import { expect, test } from 'vitest'
import { tryInput } from './budget.ts'
import { fuzzFor } from './fuzz-for.ts'
import { inputsOf } from './inputs.ts'
import { type PlantedFault, plantedFaults, plantedTarget } from './planted.test-kit.ts'
import { type Finding, runTargets } from './run.ts'
import { sessionTarget } from './targets-sessions.ts'

/** Within so many inputs each fault is found. */
const maxInputs = 20_000

async function inputsUntilFound(fault: PlantedFault): Promise<number> {
  const target = plantedTarget(fault)
  let inputs = 0
  for (let round = 0; inputs < maxInputs; round += 1) {
    for (const input of inputsOf(target, 'planted', round, [])) {
      inputs += 1
      if ((await tryInput(target, input)) !== undefined) return inputs
    }
  }
  return Number.POSITIVE_INFINITY
}

const atOnce = plantedFaults.filter(
  (fault) => fault !== 'every input is kept' && fault !== 'a loop does not end',
)

test.each(atOnce)('[AT46] it is found that %s', async (fault) => {
  expect(await inputsUntilFound(fault)).toBeLessThanOrEqual(maxInputs)
})

test('[AT46] nothing is found in the same decoder without a fault', async () => {
  const target = plantedTarget(undefined)
  for (let round = 0; round < 10; round += 1) {
    for (const input of inputsOf(target, 'planted', round, []))
      expect(await tryInput(target, input)).toBeUndefined()
  }
})

test('[AT46] it is found that every input is kept, which nothing but the whole run shows', async () => {
  const found = async (fault: PlantedFault | undefined): Promise<readonly Finding[]> => {
    const findings: Finding[] = []
    let inputs = 0
    await runTargets({
      targets: [plantedTarget(fault)],
      seed: 'kept',
      goesOn: () => inputs < 8000 && findings.length === 0,
      sliceMs: 20,
      onFinding: (finding) => findings.push(finding),
      onSlice: (_, count) => {
        inputs += count
      },
    })
    return findings
  }
  expect(await found('every input is kept')).toMatchObject([{ kind: 'grown' }])
  expect(await found(undefined)).toEqual([])
})

const lacking = [
  ['stranger', 'membership'],
  ['stranger', 'known-clock', 'membership', 'gap', 'rules'],
]

test.each(lacking.map((names) => [names.join(', '), names] as const))(
  '[AT50] sequences of frames find a relay without the checks %s',
  async (_, names) => {
    const checks = protocolOrder.filter(({ name }) => !names.includes(name))
    const target = sessionTarget({ seams: { checks } })
    let failure: Awaited<ReturnType<typeof tryInput>>
    for (let round = 0; round < 25 && failure === undefined; round += 1) {
      for (const input of inputsOf(target, 'planted', round, [])) failure ??= await tryInput(target, input)
    }
    expect(failure).toMatchObject({ kind: 'fallen' })
  },
)

test('[AT47] [AT48] what loops for ever is ended and told, and the rest goes on', async () => {
  const lines: string[] = []
  const names = ['planted: a loop does not end', 'planted: nothing']
  const module = new URL('planted-targets.test-kit.ts', import.meta.url).href
  const fuzzed = await fuzzFor({
    minutes: 0.3,
    seed: 'loop',
    tell: (line) => lines.push(line),
    others: { module, names },
    hungMs: 5000,
  })
  expect(fuzzed).toMatchObject({
    held: 1,
    fell: 1,
    findings: [{ kind: 'hung', target: names[0], seed: 'loop' }],
  })
  expect(lines.join('\n')).toMatch(
    /fell: planted: a loop does not end: hung[^\n]*\n {4}seed loop, input of \d+ bytes/,
  )
  expect(lines.at(-1)).toMatch(/^fuzzed \d+ s: \d+ inputs, .* 1 targets fell$/)
  expect(fuzzed.inputs).toBeGreaterThan(0)
})

test('[AT47] a target nobody knows is refused before anything runs', async () => {
  await expect(fuzzFor({ minutes: 1, seed: 'a', targets: ['frames'] })).rejects.toThrow(
    'There is no target frames',
  )
})
