import { expect, test } from 'vitest'
import { trackedFiles, trackedPaths } from './files.ts'
import { addresses, generatedPaths, privateText } from './text.ts'

test('[RP12] no tracked text tells of a machine or a registry', () => {
  expect(trackedFiles(/./).flatMap(privateText)).toEqual([])
})

test.each([
  ['', 'root', 'main'].join('/'),
  ` "${['', 'home', 'mary', 'parley'].join('/')}"`,
  ['https:', '', ['registry', 'example', 'org'].join('.'), 'yjs'].join('/'),
])('[RP12] %s is found', (text) => {
  expect(privateText({ path: 'a.md', text })).toHaveLength(1)
})

test.each(['https://example.org/home/', 'packages/home/src', 'the npm registry', './home/a'])(
  '[RP12] %s is not meant',
  (text) => {
    expect(privateText({ path: 'a.md', text })).toEqual([])
  },
)

test('[RP13] the lock file holds no address', () => {
  expect(trackedFiles(/^pnpm-lock\.yaml$/).flatMap(addresses)).toEqual([])
})

test('[RP13] an address is found', () => {
  const text = '    resolution: {integrity: sha512-x, tarball: https://example.org/a.tgz}'
  expect(addresses({ path: 'pnpm-lock.yaml', text })).toHaveLength(1)
})

test('[RP14] nothing generated is tracked', () => {
  expect(generatedPaths(trackedPaths)).toEqual([])
})

test('[RP14] what is generated is known by its place', () => {
  const paths = ['packages/wire/dist/index.js', 'a.tsbuildinfo', 'data/parley.db']
  expect(generatedPaths([...paths, 'packages/storage/src/data/row.ts'])).toEqual(paths)
})
