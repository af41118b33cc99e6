/** What a conversation knows of one member. */
import type { ConversationId, Head, Member, Role } from '@parley/document'

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

export function memberInfos(
  conversationId: ConversationId,
  { members }: Head,
): readonly ConversationMemberInfo[] {
  return Array.from(members, ([id, member]) => memberInfo(conversationId, id, member.role, member))
}
