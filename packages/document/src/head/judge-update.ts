/**
 * Name, icon, attributes and policy of a conversation that exists. Rules DO86 to DO88.
 */
import { editAttributes } from './attributes.ts'
import type { Command, Head, Policy, Verdict } from './head.ts'
import type { UserId } from '../ids.ts'
import { maxAttributesBytes } from '../limits.ts'
import { policyDifference } from './policy.ts'
import { hasRight } from './rights.ts'
import { accept, refuse, type Refused } from './verdict.ts'

type Update = Extract<Command, { readonly op: 'update' }>

export function judgeUpdate(head: Head, command: Update, by: UserId): Verdict {
  const refused = judgeWho(head, command, by)
  if (refused !== undefined) return refused
  const { name, icon, set, unset, policy } = command
  const attributes = editAttributes(head.attributes, { set, unset })
  if (attributes === 'too-large')
    return refuse('too-large', `the attributes would take more than ${maxAttributesBytes} bytes`)
  const { info } = head
  const difference = policyDifference(policy ?? {}, info.policy)
  const change = {
    ...(name === undefined || name === info.name ? undefined : { name }),
    ...(icon === undefined || icon === info.icon ? undefined : { icon }),
    ...(isEmpty(attributes.set) ? undefined : { set: attributes.set }),
    ...(attributes.unset.length === 0 ? undefined : { unset: attributes.unset }),
    ...(isEmpty(difference) ? undefined : { policy: difference }),
  }
  return accept(isEmpty(change) ? null : { op: 'updated', by, ...change }, [by])
}

function judgeWho(head: Head, { policy, ...rest }: Update, by: UserId): Refused | undefined {
  if (policy !== undefined && !setsPolicy(head, by))
    return refuse('not-allowed', 'the policy of a group is set by its owner alone')
  const more = Object.keys(rest).length > 1
  return more && !hasRight(head, by, 'update')
    ? refuse('not-allowed', 'here not everybody updates')
    : undefined
}

function setsPolicy({ info, members }: Head, by: UserId): boolean {
  return info.kind === 'group' && members.get(by)?.role === 'owner'
}

function isEmpty(value: Partial<Policy> | object): boolean {
  return Object.keys(value).length === 0
}
