import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileExpression, maxExpressionLength, maxExpressionTextLength } from './expression.ts'

function found(pattern: string, text: string, flags = ''): boolean {
  const expression = compileExpression(pattern, flags)
  if (!expression.ok) throw new Error(expression.detail)
  return expression.test(text)
}

function refused(pattern: string, flags = ''): string {
  const expression = compileExpression(pattern, flags)
  return expression.ok ? 'taken' : `${expression.code}: ${expression.detail}`
}

test.each([
  ['lunch', '', 'what about lunch?', true],
  ['Lunch', '', 'what about lunch?', false],
  ['Lunch', 'i', 'what about lunch?', true],
  ['^b', '', 'a\nb', false],
  ['^b', 'm', 'a\nb', true],
  ['a.b', '', 'a\nb', false],
  ['a.b', 's', 'a\nb', true],
  ['^a.b$', 'ims', 'x\nA\nb', true],
  ['^.$', '', '\u{1F600}', true],
  [String.raw`\p{Lu}\d+`, '', 'x Ä12', true],
  ['', '', '', true],
])('[RE290] /%s/%s on %j: %s', (pattern, flags, text, expected) => {
  expect(found(pattern, text, flags)).toBe(expected)
})

test('[RE290] simple patterns find what the language’s own expressions find', () => {
  const pattern = fc
    .array(fc.constantFrom('a', 'b', '.', 'a*', 'b+', 'a?', '[ab]', '(?:ab|b)', '^', '$'), { maxLength: 8 })
    .map((parts) => parts.join(''))
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', '\n'), { maxLength: 12 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(pattern, text, (given, within) => {
      expect(found(given, within)).toBe(new RegExp(given, 'u').test(within))
    }),
    { numRuns: 2000 },
  )
})

test.each(['[', '(', '*', '(?=a)', '(?<=a)b', '(?!a)', String.raw`(a)\1`, String.raw`\p{Nothing}`, '(?<n'])(
  '[RE290] %s is refused, and nothing is thrown',
  (pattern) => {
    expect(refused(pattern)).toBe(
      'bad-query: the pattern is no regular expression, or one that RE2 does not know',
    )
  },
)

test('[RE290] what looks like repetition and is none means itself', () => {
  expect([found('a{2', 'xa{2'), found('a{2', 'aa')]).toEqual([true, false])
})

test('[RE290] what RE2 does not know is a bad query, and says nothing of the pattern', () => {
  for (const pattern of ['secret(?=a)', String.raw`secret(a)\1`, 'secret[', 'secret(?<=a)']) {
    expect(refused(pattern)).toMatch(/^bad-query: /)
    expect(refused(pattern)).not.toContain('secret')
  }
})

test('[RE290] any pattern and flags get an answer', () => {
  const texts = fc.string({ unit: 'binary', maxLength: 40 })
  const patterns = fc.oneof(
    texts,
    fc
      .array(fc.constantFrom(...'ab.*+?{}()[]|^$\\-:<>=!,019pPdws'.split('')), { maxLength: 40 })
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(patterns, fc.constantFrom('', 'i', 'ms', 'g', 'ii'), texts, (pattern, flags, text) => {
      const expression = compileExpression(pattern, flags)
      const answer = expression.ok ? expression.test(text) : expression.code
      expect([true, false, 'bad-query']).toContain(answer)
    }),
    { numRuns: 3000 },
  )
})

test.each(['g', 'u', 'y', 'ii', 'x', 'I', ' '])('[RE290] the flags %j are a bad query', (flags) => {
  expect(refused('a', flags)).toBe('bad-query: flags are i, m and s, each once')
})

test('[RE291] patterns and repetition are bounded: at the limit they are taken, beyond it they are not', () => {
  expect(refused('a'.repeat(maxExpressionLength))).toBe('taken')
  expect(refused('a'.repeat(maxExpressionLength + 1))).toBe('bad-query: the pattern is longer than 512')
  expect(refused('(?:ab?){300}')).toBe('taken')
  expect(refused('(?:ab?){500}')).toBe('bad-query: the pattern repeats too much')
  for (const pattern of ['((a{0,100}){0,100}){0,100}', 'a{1001}', '(?:(?:a{30}){30}){30}', '('.repeat(512)]) {
    expect(refused(pattern)).toMatch(/^bad-query: /)
  }
})

test('[RE291] of a text so much is looked at', () => {
  const long = `${'a'.repeat(maxExpressionTextLength - 1)}b`
  expect(found('b', long)).toBe(true)
  expect(found('b', `a${long}`)).toBe(false)
})

/** Each takes an engine that tries one way after the other longer than anybody lives. */
const classics = [
  '(a+)+$',
  '(a|a)*$',
  '(a|aa)+$',
  '(.*a){20}[cd]$',
  '([a-zA-Z]+)*$',
  '(x+x+)+y',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(?:a?){240}a{240}[cd]',
  '(a|b)*a(a|b){320}[cd]',
  String.raw`(?i)(?:\p{L}*\p{Lu}?){40}[cd]`,
]

test.each(classics)('[RE291] %s is over soon, however the text is made', (pattern) => {
  const mixed = Array.from({ length: maxExpressionTextLength }, (_, at) =>
    'ab'.charAt((Math.imul(at, 2_654_435_761) >>> 13) & 1),
  )
  for (const text of [
    `${'a'.repeat(maxExpressionTextLength - 1)}!`,
    mixed.join(''),
    'x'.repeat(30_000),
    'aA'.repeat(8000),
  ]) {
    const before = process.threadCpuUsage()
    found(pattern, text)
    const { user, system } = process.threadCpuUsage(before)
    // Some milliseconds; the rest is for a slow machine.
    expect((user + system) / 1000).toBeLessThan(1000)
  }
})
