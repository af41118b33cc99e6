import { expect, test } from 'vitest'
import { maxAttributesBytes, maxDepth, maxIconLength, maxNameLength } from '../limits.ts'
import { parseChange } from './parse-change.ts'
import { parseCommand } from './parse-command.ts'

const create = {
  op: 'create',
  kind: 'group',
  unique: true,
  members: ['Ann'],
  name: 'Lunch',
  attributes: { a: [1] },
}
function codeOf(parsed: ReturnType<typeof parseCommand | typeof parseChange>): string {
  return parsed.ok ? 'ok' : parsed.code
}

test('[DO65] an icon may be as long as the limit says, and not one longer', () => {
  for (const parse of [
    (icon: string) => parseCommand({ ...create, icon }),
    (icon: string) => parseCommand({ op: 'update', icon }),
    (icon: string) => parseChange({ op: 'updated', by: 'Tom', icon }),
  ]) {
    expect(codeOf(parse('x'.repeat(maxIconLength)))).toBe('ok')
    expect(codeOf(parse('x'.repeat(maxIconLength + 1)))).toBe('too-large')
  }
  expect(codeOf(parseCommand({ op: 'update', name: 'x'.repeat(maxNameLength + 1) }))).toBe('too-large')
})

test.each([
  '',
  '.',
  'a.',
  '.a',
  'a..b',
  '__proto__',
  'a.__proto__',
  'constructor.a',
  'a.prototype',
  '\udc00',
])('[DO76] the path %j is bad content', (path) => {
  expect(codeOf(parseCommand({ op: 'update', unset: [path] }))).toBe('bad-content')
  const set = JSON.parse(`{${JSON.stringify(path)}:1}`) as unknown
  expect(codeOf(parseCommand({ op: 'update', set }))).toBe('bad-content')
})

test('[DO76] a path and what is set by it are nested as deep as attributes may be, and not one deeper', () => {
  const path = Array.from({ length: maxDepth }, () => 'a').join('.')
  const shorter = path.slice(2)
  expect(codeOf(parseCommand({ op: 'update', set: { [path]: 1 }, unset: [path] }))).toBe('ok')
  expect(codeOf(parseCommand({ op: 'update', set: { [shorter]: {} } }))).toBe('ok')
  for (const set of [{ [`a.${path}`]: 1 }, { [path]: {} }, { [shorter]: { a: {} } }]) {
    expect(codeOf(parseCommand({ op: 'update', set }))).toBe('bad-content')
  }
  expect(codeOf(parseCommand({ op: 'update', unset: [`a.${path}`] }))).toBe('bad-content')
})

test('[DO76] paths may have as many bytes as attributes, and not more', () => {
  const unset = ['x'.repeat(maxAttributesBytes - 10)]
  expect(codeOf(parseCommand({ op: 'update', unset }))).toBe('ok')
  expect(codeOf(parseCommand({ op: 'update', unset: [...unset, ...unset] }))).toBe('too-large')
  expect(codeOf(parseCommand({ op: 'update', set: { a: 'x'.repeat(maxAttributesBytes) } }))).toBe('too-large')
})
