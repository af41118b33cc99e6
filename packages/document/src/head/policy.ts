/**
 * A policy whole and as what differs from the ordinary one, which is how it is stored and sent. Rules DO75 and DO81.
 */
import { isFields } from '../entry/json.ts'
import { type Audience, defaultPolicy, type Policy, rights } from './head.ts'

type Draft = { -readonly [K in keyof Policy]?: Policy[K] }

export function wholePolicy(policy: Partial<Policy> | undefined): Policy {
  return { ...defaultPolicy, ...policy }
}

/** What of `policy` another one does not say already. */
export function policyDifference(policy: Partial<Policy>, from: Policy = defaultPolicy): Partial<Policy> {
  const draft: Draft = {}
  for (const right of rights) {
    const audience = policy[right]
    if (audience !== undefined && audience !== from[right]) draft[right] = audience
  }
  const { join, past } = policy
  if (join !== undefined && join !== from.join) draft.join = join
  if (past !== undefined && past !== from.past) draft.past = past
  return draft
}

/** undefined for what says anything else than a policy does. */
export function readPolicy(value: unknown): Partial<Policy> | undefined {
  if (!isFields(value)) return undefined
  const draft: Draft = {}
  let known = 0
  for (const right of rights) {
    const audience = value[right]
    if (audience === undefined) continue
    if (!isAudience(audience)) return undefined
    draft[right] = audience
    known += 1
  }
  const { join, past } = value
  if (join !== undefined) {
    if (join !== 'anyone' && join !== 'invited') return undefined
    draft.join = join
    known += 1
  }
  if (past !== undefined) {
    if (past !== 'shown' && past !== 'hidden') return undefined
    draft.past = past
    known += 1
  }
  return Object.keys(value).length === known ? draft : undefined
}

function isAudience(value: unknown): value is Audience {
  return value === 'members' || value === 'managers' || value === 'owner'
}
