/** A person's rows as the engine's users see them: what is confirmed, with what waits here laid over it. */
import { parseConversationId, parseUserId } from '@parley/document'
import type { ConversationId, UserId } from '@parley/document'
import type { ContactView, ProfileView, UnsentItem } from './engine-types.ts'
import type { Model } from './model.ts'
import { shownRows } from './person-model.ts'
import type { PersonItem } from './person-records.ts'
import { contactOf, profileOf } from './person-rows.ts'
import { unsentView } from './views.ts'

/** The latest first. */
export function contactViews({ person }: Model): readonly ContactView[] {
  return [...shownRows(person).of('contact')]
    .flatMap(([key, value]): readonly ContactView[] => {
      const user = parseUserId(key)
      const contact = user === undefined ? null : contactOf(user, value)
      return user === undefined || contact === null ? [] : [{ user, ...contact }]
    })
    .toSorted((a, b) => b.since - a.since || (a.user < b.user ? -1 : 1))
}

export function blockedUsers({ person }: Model): readonly UserId[] {
  return [...shownRows(person).of('block')].flatMap(([key]) => parseUserId(key) ?? []).toSorted()
}

export function refusedConversations({ person }: Model): readonly ConversationId[] {
  return [...shownRows(person).of('refuse')].flatMap(([key]) => parseConversationId(key) ?? []).toSorted()
}

export function profileView({ person }: Model, user: UserId): ProfileView {
  const isOwn = user === person.user
  const held = person.people.get(user)
  const profile = isOwn ? profileOf(shownRows(person).get('profile', '')) : (held?.profile ?? null)
  const known = isOwn || held !== undefined
  return {
    user,
    name: profile?.name ?? null,
    icon: profile?.icon ?? null,
    fields: profile?.fields ?? {},
    known,
  }
}

/** In the order they were made. */
export function unsentViews({ outbox, person }: Model): readonly UnsentItem[] {
  const others = outbox.all().filter((item) => item.answered === null)
  const own = [...person.lane.values()].filter(({ state }) => state !== 'answered')
  return [...others, ...own]
    .toSorted((a, b) => a.n - b.n)
    .map((item) => ('kind' in item ? unsentView(item) : personUnsentView(item)))
}

export function personUnsentView({ id, command, state, at, offered, reason }: PersonItem): UnsentItem {
  return {
    id,
    conversation: '',
    kind: 'person',
    person: command,
    state: state === 'refused' ? 'refused' : 'waiting',
    at,
    offered,
    ...(reason === null ? undefined : { error: reason }),
  }
}
