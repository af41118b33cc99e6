/** Asking for members, and changing what they may: who they are, who may not speak, who is kept out, and who may do what. Rules CL175 to CL177. */
import { type Audience, byCodeUnit, type Head, type Policy, type UserId } from '@parley/document'
import { ParleyError } from '../errors.ts'
import { userId, userIds } from './given-ids.ts'
import type { At } from './host.ts'
import { badArgument, isJsonObject, isText, optionsOf } from './json.ts'
import {
  changeMembers,
  type MembersResult,
  mutedNow,
  type MuteOptions,
  type PageOptions,
  type UsersPage,
} from './members-changed.ts'
import {
  type ConversationMemberInfo,
  ConversationMemberRole,
  inOrder,
  memberInfo,
  type MemberRole,
} from './member-info.ts'

export async function changeRole(at: At, member: string, role: MemberRole): Promise<MembersResult> {
  if (role === ConversationMemberRole.OWNER)
    throw badArgument('Nobody is made the owner: that is who created the conversation.')
  if (role !== ConversationMemberRole.MANAGER && role !== ConversationMemberRole.MEMBER)
    throw badArgument('A role is one of ConversationMemberRole: manager or member.')
  return changeMembers(at, { op: 'role', members: [userId(member)], role })
}

export async function mute(at: At, members: readonly string[], options: MuteOptions): Promise<MembersResult> {
  const { forMs } = optionsOf(options, 'The options of a mute')
  if (forMs !== undefined && !(Number.isSafeInteger(forMs) && forMs > 0))
    throw badArgument('forMs is a whole number of milliseconds, or is left out for good.')
  return changeMembers(at, { op: 'mute', members: userIds(members), forMs: forMs ?? null })
}

export async function allMemberInfo(at: At): Promise<readonly ConversationMemberInfo[]> {
  return inOrder(await headOf(at)).map(([id, member]) => memberInfo(at.id, id, member.role, member))
}

export async function mutedPage(at: At, options: PageOptions): Promise<UsersPage> {
  return pageOf(mutedNow(await headOf(at), at.host.now()), options)
}

export async function blockedPage(at: At, options: PageOptions): Promise<UsersPage> {
  return pageOf([...(await headOf(at)).blocked.keys()], options)
}

/** As it is held here; asked for when it is not. */
async function headOf({ host: { engine }, id }: At): Promise<Head> {
  const held = await engine.head(id)
  if (held !== undefined) return held
  await engine.open(id)
  const fetched = await engine.head(id)
  if (fetched !== undefined) return fetched
  throw new ParleyError('OFFLINE', 'The members of this conversation are not on this device yet.')
}

const mostOfAPage = 1000

function pageOf(users: readonly UserId[], options: PageOptions): UsersPage {
  const { limit = 50, next = null } = optionsOf(options, 'What is asked for')
  if (next !== null && !isText(next)) throw badArgument('next is what the answer before said.')
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > mostOfAPage)
    throw badArgument(`limit is a whole number from 1 to ${mostOfAPage}.`)
  const after = users.toSorted(byCodeUnit).filter((user) => next === null || byCodeUnit(user, next) > 0)
  const results = after.slice(0, limit)
  return { results, next: after.length > limit ? (results.at(-1) ?? null) : null }
}

const audiences: readonly Audience[] = ['members', 'managers', 'owner']

const choices: { readonly [K in keyof Policy]: readonly Policy[K][] } = {
  invite: audiences,
  update: audiences,
  speak: audiences,
  remove: audiences,
  mute: audiences,
  block: audiences,
  roles: audiences,
  join: ['anyone', 'invited'],
  past: ['shown', 'hidden'],
}

/** What an app gives as a part of a policy. */
export function policyOf(given: Partial<Policy>): Partial<Policy> {
  if (!isJsonObject(given) || Object.keys(given).length === 0)
    throw badArgument('A policy names at least one right and who has it.')
  for (const [right, choice] of Object.entries(given)) {
    const allowed: readonly unknown[] | undefined = new Map(Object.entries(choices)).get(right)
    if (allowed === undefined)
      throw badArgument(`“${right}” is no right: there are ${Object.keys(choices).join(', ')}.`)
    if (!allowed.includes(choice)) throw badArgument(`“${right}” is one of ${allowed.join(', ')}.`)
  }
  return { ...given }
}
