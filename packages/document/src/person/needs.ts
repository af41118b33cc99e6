/**
 * What judging a command of a person reads: for who has to fetch it before. Rule DO128.
 */
import type { UserId } from '../ids.ts'
import type { PersonCommand, PersonGroup, PersonKind } from './person.ts'

export interface PersonKey {
  readonly owner: UserId
  readonly kind: PersonKind
  readonly key: string
}

export interface PersonCount {
  readonly owner: UserId
  readonly group: PersonGroup
}

export interface PersonNeeds {
  readonly rows: readonly PersonKey[]
  readonly counts: readonly PersonCount[]
}

export function personNeeds(by: UserId, command: PersonCommand): PersonNeeds {
  const mine = (kind: PersonKind, key: string): PersonKey => ({ owner: by, kind, key })
  const counted = (...groups: readonly PersonGroup[]): readonly PersonCount[] =>
    groups.map((group) => ({ owner: by, group }))
  const of = (user: UserId, kind: PersonKind): PersonKey => ({ owner: user, kind, key: by })
  switch (command.op) {
    case 'profile':
      return { rows: [mine('profile', '')], counts: [] }
    case 'contact': {
      const { user } = command
      return {
        rows: [mine('contact', user), mine('block', user), of(user, 'contact'), of(user, 'block')],
        counts: [...counted('contact'), { owner: user, group: 'incoming' }],
      }
    }
    case 'setting':
      return { rows: [mine('setting', command.conversation)], counts: counted('setting', 'pinned') }
    case 'block':
      return {
        rows: command.users.flatMap((user) => [
          mine('block', user),
          mine('contact', user),
          of(user, 'contact'),
        ]),
        counts: counted('block'),
      }
    case 'unblock':
      return { rows: command.users.map((user) => mine('block', user)), counts: [] }
    case 'refuse':
    case 'admit':
      return { rows: command.conversations.map((id) => mine('refuse', id)), counts: counted('refuse') }
  }
}
