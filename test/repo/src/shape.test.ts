import { expect, test } from 'vitest'
import { code, trackedFiles } from './files.ts'
import { maxCodeLines, misnamed, ownCode, tooLong, unexplained } from './shape.ts'

const sources = trackedFiles(code)

test('[RP9] no file is longer than the wall', () => {
  expect(tooLong(sources)).toEqual([])
})

test('[RP9] the wall counts neither blank lines nor comments', () => {
  const line = 'f("// no comment") // a comment\n'
  const padding = '\n// one\n/* two\n   three */\n'
  expect(tooLong([{ path: 'a.ts', text: line.repeat(maxCodeLines) + padding }])).toEqual([])
  expect(tooLong([{ path: 'a.ts', text: line.repeat(maxCodeLines + 1) }])).toEqual([
    'a.ts has 301 lines of code',
  ])
})

test('[RP10] names are kebab-case', () => {
  expect(misnamed(sources.map(({ path }) => path))).toEqual([])
})

test('[RP10] other names are found', () => {
  const names = [
    'packages/wire/src/frameCodec.ts',
    'packages/Wire/src/a.ts',
    'packages/wire/src/frame_codec.ts',
  ]
  expect(misnamed([...names, 'packages/wire/src/frame-codec.browser.test.ts', 'vitest.config.ts'])).toEqual(
    names,
  )
})

test('[RP11] an index only re-exports', () => {
  const indexes = trackedFiles(/^packages\/.*\/index\.ts$/)
  expect(indexes.flatMap(ownCode)).toEqual([])
})

test.each(["export * from './a.ts'", 'export const a = 1', "import './a.ts'", 'export {}'])(
  '[RP11] an index must not say %s',
  (text) => {
    expect(ownCode({ path: 'packages/wire/src/index.ts', text })).toHaveLength(1)
  },
)

test('[RP11] an index may name values and types', () => {
  const text = "export { a, type B } from './a.ts'\nexport type { C } from './c.ts'"
  expect(ownCode({ path: 'packages/wire/src/index.ts', text })).toEqual([])
})

test('[RP19] every suppression gives its reason', () => {
  expect(sources.flatMap(unexplained)).toEqual([])
})

test('[RP19] a bare suppression is found', () => {
  const disable = '// oxlint-disable-next-line no-console'
  expect(unexplained({ path: 'a.ts', text: `${disable}\nf()` })).toHaveLength(1)
  expect(unexplained({ path: 'a.ts', text: `${disable} -- a person reads this\nf()` })).toEqual([])
  expect(unexplained({ path: 'a.ts', text: `// A person reads this.\n${disable}\nf()` })).toEqual([])
})
