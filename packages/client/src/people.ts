/**
 * Profiles of others: what is held is shown at once, and refreshed behind it. Rules CL277 to CL280.
 *
 * Whoever is asked for in one turn is asked for together, one question at a time.
 */
import { parseUserId } from '@parley/document'
import type { ConversationId, UserId } from '@parley/document'
import { maxPeoplePerRequest } from '@parley/wire'
import type { PeopleAnswer, Person } from '@parley/wire'
import type { Core } from './core.ts'
import type { Ledger } from './ledger.ts'
import { personOf } from './person-model.ts'
import { profileOf } from './person-rows.ts'
import { lookOf } from './profile-events.ts'

export function wantProfile(core: Core, user: UserId): void {
  const { asking, model, ports, limits, user: own } = core
  if (user === own || !core.caughtUp) return
  const fetchedAt = personOf(model).people.get(user)?.fetchedAt ?? Number.NEGATIVE_INFINITY
  const age = ports.now() - fetchedAt
  // A clock that was set back says nothing.
  if (age >= 0 && age < limits.profileFreshMs) return
  asking.wanted.add(user)
  if (asking.scheduled || asking.under !== 0) return
  asking.scheduled = true
  Promise.resolve()
    .then(() => {
      asking.scheduled = false
      ask(core)
    })
    .catch((error: unknown) => ports.log.error('profiles could not be asked for', { error: String(error) }))
}

function ask({ asking, session, caughtUp }: Core): void {
  if (!caughtUp || asking.under !== 0 || asking.wanted.size === 0) return
  asking.last += 1
  asking.under = asking.last
  const users = [...asking.wanted].slice(0, maxPeoplePerRequest)
  for (const user of users) asking.wanted.delete(user)
  session.send({ frame: 'people', request: asking.under, users })
}

export function receivePeople(core: Core, ledger: Ledger, { request, people }: PeopleAnswer): void {
  const { asking } = core
  if (asking.under === 0 || request !== asking.under) return
  for (const person of people) keep(core, ledger, person)
  prune(core, ledger)
  ledger.after.push(() => {
    asking.under = 0
    ask(core)
  })
}

function keep(
  { ports, user: own }: Core,
  ledger: Ledger,
  { user: text, time, profile: given }: Person,
): void {
  const user = parseUserId(text)
  if (user === undefined || user === own) return
  const profile = profileOf(given)
  if (profile === null && given !== null)
    ledger.emit({ type: 'error', code: 'unreadable-row', detail: 'a profile cannot be read by this build' })
  const before = ledger.person.profile(user)
  ledger.person.setProfile({ user, profile, time, fetchedAt: ports.now() })
  if (before === undefined || lookOf(before.profile) !== lookOf(profile))
    ledger.emit({ type: 'profile', user })
}

/** The oldest ones go, and are asked for again when they are looked at. */
function prune({ model, limits }: Core, ledger: Ledger): void {
  const { people } = personOf(model)
  const over = people.size - limits.maxPeople
  if (over <= 0) return
  const oldest = [...people.values()].toSorted((a, b) => a.fetchedAt - b.fetchedAt).slice(0, over)
  for (const { user } of oldest) ledger.person.removeProfile(user)
}

/** Who said the last word here, if nobody knows yet who that is. */
export function wantSender(core: Core, id: ConversationId): void {
  wantIfUnknown(core, core.model.conversations.get(id)?.last?.from)
}

export function wantIfUnknown(core: Core, user: UserId | undefined): void {
  if (user !== undefined && !personOf(core.model).people.has(user)) wantProfile(core, user)
}

/** Who said the last word of a list row, whom one talks with alone, and one's contacts: not blank offline. */
export function wantUnknown(core: Core): void {
  const { model, limits } = core
  const latest = [...model.conversations.values()]
    .filter(({ role }) => role !== '')
    .toSorted((a, b) => b.time - a.time)
    .slice(0, limits.maxIdleConversations)
  const contacts = [...personOf(model).rows.of('contact')].flatMap(([key]) => parseUserId(key) ?? [])
  const senders = latest.flatMap(({ last, kind, creator }) => [
    ...(last === null ? [] : [last.from]),
    ...(kind === 'direct' && creator !== '' ? [creator] : []),
  ])
  for (const user of [...senders, ...contacts].slice(0, limits.maxPeople)) wantIfUnknown(core, user)
}
