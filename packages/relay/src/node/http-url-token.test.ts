import { expect, test } from 'vitest'
import { holdsToken } from './http-url-token.ts'

test.each(['-', 'a', 'aaaaaaaa.', 'aaaaaaaa.aaaaaaaa', '.', '-.', 'a=&'])(
  '[RE204] the longest address of nothing but %s is looked at in no time',
  (part) => {
    const before = process.threadCpuUsage()
    holdsToken(`/?${part.repeat(16_384 / part.length)}`)
    const { user, system } = process.threadCpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(100)
  },
)

test('[RE204] a token is found wherever it stands in an address', () => {
  const token = 'eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl'
  const places = [`/?${token}`, `/?x=${token}`, `/?x=Bearer%20${token}`, `/?x=.${token}`, `/?x=a-${token}`]
  for (const place of places) expect(holdsToken(place)).toBe(true)
})
