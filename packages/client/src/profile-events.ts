/** That somebody is another one to show: told when what is shown of him has changed, and only then. Rule CL332. */
import type { Profile } from '@parley/document'
import type { EngineEvent } from './engine-types.ts'
import type { Model } from './model.ts'
import { profileView } from './person-views.ts'

/** How the user himself looks. */
export function ownLook(model: Model): string {
  return lookOf(profileView(model, model.user))
}

/** Of the user himself: what waits, its answer and the row that comes of it are mostly the same to look at. */
export function createProfileEvents(
  model: Model,
  emit: (event: EngineEvent) => void,
  before: string = lookOf(null),
): (event: Extract<EngineEvent, { readonly type: 'profile' }>) => void {
  const { user: own } = model
  let told = before
  return (event) => {
    if (event.user === own) {
      const look = lookOf(profileView(model, own))
      if (look === told) return
      told = look
    }
    emit(event)
  }
}

/** Somebody without a profile looks like one who says nothing in it. */
export function lookOf(profile: Profile | null): string {
  return JSON.stringify([profile?.name ?? null, profile?.icon ?? null, profile?.fields ?? {}])
}
