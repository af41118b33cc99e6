/** What waits or was refused, and a person nobody has heard of: as the engine's users see them, whatever is loaded. */
import type { UserId } from '@parley/document'
import type { ProfileView, UnsentItem } from './engine-types.ts'
import type { Model } from './model.ts'
import { unsentView } from './views.ts'

/** In the order they were made. */
export function unsentViews(model: Model): readonly UnsentItem[] {
  const others = model.outbox.all().filter((item) => item.answered === null)
  const part = model.parts.held('people')
  const own = (part?.personUnsent(model) ?? []).map((item) => ({
    n: item.n,
    view: part?.personUnsentView(item),
  }))
  return [...others.map((item) => ({ n: item.n, view: unsentView(item) })), ...own]
    .toSorted((a, b) => a.n - b.n)
    .flatMap(({ view }) => view ?? [])
}

/** Where no profile was ever stored. */
export function noProfile(model: Model, user: UserId): ProfileView {
  return { user, name: null, icon: null, fields: {}, known: user === model.user }
}
