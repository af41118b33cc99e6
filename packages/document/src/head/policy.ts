/**
 * A policy whole and as what differs from the ordinary one, which is how it is stored and sent. Rules DO75 and DO81.
 */
import { isFields } from '../entry/json.ts'
import { bad, orUndefined, readChoice, readRecord, type Shape } from '../fields.ts'
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
  return orUndefined(value, policyOf)
}

export function policyOf(value: unknown): Partial<Policy> {
  const policy = readRecord<Partial<Policy>>(value, shape)
  return isFields(value) && Object.values(value).includes(undefined)
    ? bad('a policy leaves something open')
    : policy
}

const shape: Shape<Partial<Policy>> = {
  'invite?': readAudience,
  'update?': readAudience,
  'speak?': readAudience,
  'remove?': readAudience,
  'mute?': readAudience,
  'block?': readAudience,
  'roles?': readAudience,
  'join?': (value, name) => readChoice(value, name, ['anyone', 'invited']),
  'past?': (value, name) => readChoice(value, name, ['shown', 'hidden']),
}

function readAudience(value: unknown, name: string): Audience {
  return readChoice(value, name, ['members', 'managers', 'owner'])
}
