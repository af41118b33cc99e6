/** A conversation made as its creator wants it. Rule CL172. */
import { type ConversationId, type ConversationKind, makeConversationId, type UserId } from '@parley/document'
import { uniqueConversationId } from '@parley/document/commands'
import type { Engine } from '../engine-types.ts'
import { userId } from './given-ids.ts'
import type { CreateConversationOptions } from './im-client.ts'
import { badArgument, jsonObjectOf, lineOf } from './json.ts'
import { policyOf } from './members.ts'

export interface Created {
  readonly id: ConversationId
  readonly confirmed: Promise<unknown>
}

export async function createAsWanted(
  engine: Engine,
  random: (bytes: number) => Uint8Array,
  options: CreateConversationOptions,
): Promise<Created> {
  const { members, name = null, icon = null, kind = 'group', unique = true, policy, ...attributes } = options
  const others = [...new Set(members.map(userId))].filter((member) => member !== engine.user)
  checkKind(kind, unique, others)
  const shownIcon = lineOf(icon, 'icon')
  const id = unique ? uniqueConversationId(kind, [engine.user, ...others]) : makeConversationId(random(16))
  const { confirmed } = await engine.command(id, {
    op: 'create',
    kind,
    unique,
    members: others,
    name: lineOf(name, 'name'),
    attributes: jsonObjectOf(attributes, 'What was given as attributes'),
    ...(shownIcon === null ? undefined : { icon: shownIcon }),
    ...(policy === undefined ? undefined : { policy: policyOf(policy) }),
  })
  return { id, confirmed }
}

function checkKind(kind: ConversationKind, unique: boolean, others: readonly UserId[]): void {
  if (kind !== 'group' && kind !== 'direct')
    throw badArgument('The kind of a conversation is group or direct.')
  if (kind === 'direct' && (others.length !== 1 || !unique))
    throw badArgument('A direct conversation has exactly one other member, and is unique.')
}
