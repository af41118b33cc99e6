/** A person's rows as the engine's users see them: what is confirmed, with what waits here laid over it. */
import { parseConversationId, parseUserId } from '@parley/document'
import type { ConversationId, UserId } from '@parley/document'
import type { ContactView, ProfileView, UnsentItem } from './engine-types.ts'
import type { Model } from './model.ts'
import { personOf, shownRows } from './person-model.ts'
import type { PersonItem } from './person-records.ts'
import { contactOf, profileOf } from './person-rows.ts'

/** The latest first. */
export function contactViews(model: Model): readonly ContactView[] {
  return [...shownRows(personOf(model)).of('contact')]
    .flatMap(([key, value]): readonly ContactView[] => {
      const user = parseUserId(key)
      const contact = user === undefined ? null : contactOf(user, value)
      return user === undefined || contact === null ? [] : [{ user, ...contact }]
    })
    .toSorted((a, b) => b.since - a.since || (a.user < b.user ? -1 : 1))
}

export function blockedUsers(model: Model): readonly UserId[] {
  return [...shownRows(personOf(model)).of('block')].flatMap(([key]) => parseUserId(key) ?? []).toSorted()
}

export function refusedConversations(model: Model): readonly ConversationId[] {
  return [...shownRows(personOf(model)).of('refuse')]
    .flatMap(([key]) => parseConversationId(key) ?? [])
    .toSorted()
}

export function profileView(model: Model, user: UserId): ProfileView {
  const person = personOf(model)
  const isOwn = user === person.user
  const held = person.people.get(user)
  const profile = isOwn ? profileOf(shownRows(personOf(model)).get('profile', '')) : (held?.profile ?? null)
  const known = isOwn || held !== undefined
  return {
    user,
    name: profile?.name ?? null,
    icon: profile?.icon ?? null,
    fields: profile?.fields ?? {},
    known,
  }
}

/** What of his own waits here, or was refused. */
export function personUnsent(model: Model): readonly PersonItem[] {
  return [...personOf(model).lane.values()].filter(({ state }) => state !== 'answered')
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
