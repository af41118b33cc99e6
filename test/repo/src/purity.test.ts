import { expect, test } from 'vitest'
import { trackedFiles } from './files.ts'
import { impurities, isPure } from './purity.ts'

test('[RP8] pure parts are pure', () => {
  const pure = trackedFiles(/^packages\/.*\.tsx?$/).filter(({ path }) => isPure(path))
  expect(pure.length).toBeGreaterThan(4)
  expect(pure.flatMap(impurities)).toEqual([])
})

test.each([
  'Date.now()',
  'const now = Date.now',
  'new Date()',
  'Date()',
  'Math.random()',
  'setTimeout(f, 1)',
  'crypto.getRandomValues(bytes)',
  'performance.now()',
  'fetch(url)',
  'new WebSocket(url)',
  'globalThis.fetch',
  'declare const setTimeout: (f: () => void) => void',
])('[RP8] a pure part must not say %s', (text) => {
  expect(impurities({ path: 'packages/wire/src/a.ts', text })).toHaveLength(1)
})

test.each([
  'new Date(time).getUTCDay()',
  'function connect({ fetch, random }) { fetch(random()) }',
  'clock.now()',
  'interface Ports { readonly crypto: Uint8Array; setTimeout(): void }',
  'Math.max(1, 2)',
  'declare const brand: unique symbol',
])('[RP8] a pure part may say %s', (text) => {
  expect(impurities({ path: 'packages/wire/src/a.ts', text })).toEqual([])
})

test.each([
  ['packages/client/src/outbox.ts', true],
  ['packages/client/src/browser/socket.ts', false],
  ['packages/relay/src/node/main.ts', false],
  ['packages/wire/src/frame.test.ts', false],
  ['apps/chat/src/page.ts', false],
])('[RP8] %s is a pure part: %s', (path, expected) => {
  expect(isPure(path)).toBe(expected)
})
