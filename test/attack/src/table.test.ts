import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { doors } from './answers.ts'
import { doorsOf, themes } from './attack.ts'
import { attacks } from './attacks.ts'
import { attackTable } from './table.ts'

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')

test('[AT4] the tables of README.md say what the attacks are: `pnpm attack --table` writes them', () => {
  expect(read('../README.md')).toContain(attackTable(attacks))
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
