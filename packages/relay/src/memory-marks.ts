/** How far members have got, in memory. */
import type { ConversationId, UserId } from '@parley/document'
import type { MarkRecord, MarksStore } from './marks-store.ts'
import type { MemberRecord } from './store.ts'

interface Held {
  readonly members: ReadonlyMap<UserId, MemberRecord>
  readonly marks: ReadonlyMap<UserId, MarkRecord>
}

export function readMemoryMarks(at: (id: ConversationId) => Held | undefined): MarksStore {
  return {
    async marks(keys) {
      const found = keys.map(({ conversation, user }) => at(conversation)?.marks.get(user))
      return found.filter((mark) => mark !== undefined)
    },
    async marksSince(conversation, position, limit) {
      const held = at(conversation)
      if (held === undefined) return { marks: [], all: false }
      const all = [...held.members.values()].some((member) => member.position > position)
      const marks = [...held.marks.values()].filter(
        (mark) => (all || mark.position > position) && isPresent(held.members.get(mark.user)),
      )
      return { marks: marks.toSorted((a, b) => (a.user < b.user ? -1 : 1)).slice(0, limit), all }
    },
  }
}

function isPresent(member: MemberRecord | undefined): boolean {
  return member !== undefined && member.role !== ''
}
