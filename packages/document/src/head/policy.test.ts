import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { defaultPolicy, type Policy, rights } from './head.ts'
import { policyDifference, readPolicy, wholePolicy } from './policy.ts'

const audience = fc.constantFrom('members' as const, 'managers' as const, 'owner' as const)
const policies: fc.Arbitrary<Partial<Policy>> = fc.record(
  {
    ...Object.fromEntries(rights.map((right) => [right, audience])),
    join: fc.constantFrom('anyone' as const, 'invited' as const),
    past: fc.constantFrom('shown' as const, 'hidden' as const),
  },
  { requiredKeys: [] },
)

test('[DO75] what differs from the ordinary policy makes it whole again, and says nothing else', () => {
  fc.assert(
    fc.property(policies, policies, (policy, other) => {
      const whole = wholePolicy(policy)
      const difference = policyDifference(policy)
      expect(wholePolicy(difference)).toEqual(whole)
      for (const [key, value] of Object.entries(difference))
        expect(defaultPolicy).not.toMatchObject({ [key]: value })
      const from = wholePolicy(other)
      expect({ ...from, ...policyDifference(policy, from) }).toEqual({ ...from, ...policy })
      expect(policyDifference(from, from)).toEqual({})
    }),
  )
})

test('[DO75] a policy is read to what it says', () => {
  fc.assert(
    fc.property(policies, (policy) => {
      expect(readPolicy(policy)).toEqual(policy)
    }),
  )
})

test.each([
  [null],
  [[]],
  ['owner'],
  [{ kick: 'owner' }],
  [{ mute: 'everybody' }],
  [{ mute: null }],
  [{ join: 'members' }],
  [{ past: true }],
  [{ past: 'hidden', more: 1 }],
  [{ mute: undefined }],
])('[DO75] %j is no policy', (value) => {
  expect(readPolicy(value)).toBeUndefined()
})
