import { expect, test } from 'vitest'

test('[RP1] tests run on Node 24', () => {
  expect(process.versions.node).toMatch(/^24\./)
})
