/** Members as the page shows them: who has which role, who may do what, and what is done to one of them. */
import {
  type Conversation,
  ConversationMemberRole,
  type MembersResult,
  type Right as SdkRight,
} from '@parley/client'
import type { MemberAction, Right, Role } from './chat.ts'
import { memberFailureText } from './wording.ts'

/** What stands on the disk about the members of a conversation until somebody wants to see it. */
export interface Crew {
  readonly roles: Readonly<Record<string, Role>>
  readonly blocked: readonly string[]
}

interface Failed {
  readonly clientIds: readonly string[]
  readonly code: string
}

const mostShown = 1000
const hourMs = 3_600_000

export async function crewOf(conversation: Conversation): Promise<Crew> {
  const infos = await conversation.getAllMemberInfo()
  const blocked = await conversation.queryBlockedMembers({ limit: mostShown })
  return {
    roles: Object.fromEntries(infos.map(({ memberId, role }) => [memberId, role])),
    blocked: blocked.results,
  }
}

const rights: readonly (readonly [Right, SdkRight])[] = [
  ['invite', 'invite'],
  ['rename', 'update'],
  ['speak', 'speak'],
  ['remove', 'remove'],
  ['mute', 'mute'],
  ['block', 'block'],
  ['roles', 'roles'],
]

/** Two people keep their conversation as it is: they write, and may name it. */
export function rightsOf({
  kind,
  role,
  policy,
}: Pick<Conversation, 'kind' | 'role' | 'policy'>): readonly Right[] {
  if (role === '') return []
  const all = rights.filter(([, right]) => {
    if (kind === 'direct') return right === 'speak' || right === 'update'
    const who = policy?.[right] ?? 'members'
    return role === 'owner' || who === 'members' || (who === 'managers' && role === 'manager')
  })
  return all.map(([name]) => name)
}

type Leading = Pick<
  Conversation,
  'remove' | 'updateMemberRole' | 'muteMembers' | 'unmuteMembers' | 'blockMembers' | 'unblockMembers'
>

export async function actOn(
  conversation: Leading,
  action: MemberAction,
  member: string,
): Promise<MembersResult> {
  switch (action) {
    case 'remove':
      return conversation.remove([member])
    case 'promote':
      return conversation.updateMemberRole(member, ConversationMemberRole.MANAGER)
    case 'demote':
      return conversation.updateMemberRole(member, ConversationMemberRole.MEMBER)
    case 'mute':
      return conversation.muteMembers([member])
    case 'mute-hour':
      return conversation.muteMembers([member], { forMs: hourMs })
    case 'unmute':
      return conversation.unmuteMembers([member])
    case 'block':
      return conversation.blockMembers([member])
    case 'unblock':
      return conversation.unblockMembers([member])
  }
}

/** For whom it did not work, and why; undefined when it did for all. */
export function failuresText(failures: readonly Failed[]): string | undefined {
  if (failures.length === 0) return undefined
  return failures.map(({ clientIds, code }) => memberFailureText(clientIds, code)).join(' ')
}
