import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { doors } from './answers.ts'
import { doorsOf, themes } from './attack.ts'
import { attacks } from './attacks.ts'
import { growthInputs, maxBytesEach, maxGrowth, maxMilliseconds } from './fuzz/budget.ts'
import { attackTable } from './table.ts'
import { ceilings } from './watch.ts'

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')

test('[AT4] the tables of README.md say what the attacks are: `pnpm attack --table` writes them', () => {
  expect(read('../README.md')).toContain(attackTable(attacks))
})

test('[AT51] the ceilings and budgets that README.md states are those that are held', () => {
  const page = read('../README.md').replaceAll('\n', ' ')
  const mib = 2 ** 20
  for (const said of [
    `| the loop is held | ${ceilings.maxHeldMs} ms |`,
    `above ${ceilings.noticedHeldMs} ms it is told beside the line`,
    `| others wait | ${ceilings.maxWaitMs / 1000} s |`,
    `above ${ceilings.noticedMs} ms it is told beside the line`,
    `| the process grows | ${ceilings.maxGrownBytes / mib} MiB |`,
    `An input takes at most ${maxMilliseconds} ms of processor time and ${maxBytesEach / mib} MB`,
    `at most ${maxGrowth / mib} MB is left of ${growthInputs.toLocaleString('en')} of them`,
  ])
    expect(page).toContain(said)
})

test('[AT5] each attack has a name of its own, a door, an answer at each, and a rule that is broken', () => {
  const names = attacks.map(({ name }) => name)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  for (const attack of attacks) {
    expect(attack.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(doorsOf(attack).length).toBeGreaterThan(0)
    for (const door of doorsOf(attack)) expect(attack.expects[door]?.answers.length).toBeGreaterThan(0)
    expect(attack.breaks.length).toBeGreaterThan(0)
  }
  for (const theme of themes) expect(attacks.some((attack) => attack.theme === theme)).toBe(true)
  for (const door of doors) expect(attacks.some((attack) => doorsOf(attack).includes(door))).toBe(true)
})

test('[AT5] the rules they break are rules', () => {
  const specs = ['document', 'wire', 'relay'].map((name) => read(`../../../packages/${name}/SPEC.md`))
  const rules = new Set(
    specs.flatMap((spec) => [...spec.matchAll(/^- \*\*([A-Z]{2}\d+)\*\*/gm)].map(([, id = '']) => id)),
  )
  const unknown = attacks.flatMap(({ name, breaks }) =>
    breaks.filter((id) => !rules.has(id)).map((id) => `${name}: ${id}`),
  )
  expect(unknown).toEqual([])
})
