/** What a conversation knows of one member. */
import {
  byCodeUnit,
  type ConversationId,
  type Head,
  type Member,
  type Role,
  type UserId,
} from '@parley/document'

export const ConversationMemberRole = { OWNER: 'owner', MANAGER: 'manager', MEMBER: 'member' } as const

export type MemberRole = (typeof ConversationMemberRole)[keyof typeof ConversationMemberRole]

export interface ConversationMemberInfo {
  readonly conversationId: string
  readonly memberId: string
  readonly role: MemberRole
  readonly isOwner: boolean
  /** Not known as long as the members are not on this device. */
  readonly joinedAt: Date | null
  /** null: nobody, he came by himself. */
  readonly invitedBy: string | null
}

export function memberInfo(
  conversationId: ConversationId,
  memberId: string,
  role: Role,
  member?: Member,
): ConversationMemberInfo {
  return {
    conversationId,
    memberId,
    role,
    isOwner: role === ConversationMemberRole.OWNER,
    joinedAt: member === undefined ? null : new Date(member.joinedAt),
    invitedBy: member?.invitedBy ?? null,
  }
}

/** Who came first stands first, before those he brought along. Of the maps of a head the order depends on who has read it, and from what. Rule CL445. */
export function inOrder({ members }: Pick<Head, 'members'>): readonly (readonly [UserId, Member])[] {
  return [...members].toSorted(
    ([a, first], [b, second]) =>
      first.joinedAt - second.joinedAt || invited(first) - invited(second) || byCodeUnit(a, b),
  )
}

function invited({ invitedBy }: Member): number {
  return invitedBy === null ? 0 : 1
}
