/**
 * Of the devices of a user that share a tag, one is in session: the one on which somebody has signed in last. Who that is
 * stands in the store, so that the others stay away after a restart too. Rules RE168 to RE172.
 *
 * One claim at a time, and none while a turn runs: there is one writer.
 */
import type { DeviceId, UserId } from '@parley/document'
import type { FailureCode } from '@parley/wire'
import type { Channel } from './channel.ts'
import type { Session, Sessions } from './session.ts'
import type { RelayStore } from './store.ts'

export interface TagClaim {
  readonly user: UserId
  readonly device: DeviceId
  readonly tag: string
  /** Somebody signs in: the tag is his, whoever has it. */
  readonly login: boolean
}

export interface TagDesk {
  readonly store: RelayStore
  readonly sessions: Sessions
  /** Runs between two turns. */
  readonly between: (run: () => Promise<void>) => void
  /** The store has refused: what to say of it. A bug goes on its way. */
  readonly failed: (error: unknown, at: 'read' | 'write') => FailureCode
  readonly end: (session: Session, code: 'conflict') => void
}

/** Who is waiting for a tag, from his hello to his session. */
export interface Claimant {
  readonly claim: TagClaim
  readonly channel: Channel
  /** Whether his token still does: he may have been revoked while he waited. */
  readonly holds: () => boolean
  readonly enter: () => void
  readonly refuse: (code: FailureCode) => void
}

export function createTags(desk: TagDesk): (claimant: Claimant) => void {
  let last: Promise<void> = Promise.resolve()

  const take = async ({ claim, holds }: Claimant): Promise<FailureCode | 'taken'> => {
    const { user, device, tag, login } = claim
    let holder
    try {
      holder = await desk.store.tagHolder(user, tag)
    } catch (error) {
      return desk.failed(error, 'read')
    }
    if (holder === device) return 'taken'
    if (holder !== undefined && !login) return 'conflict'
    if (!holds()) return 'revoked'
    try {
      await commitTag(desk.store, { user, device, tag })
    } catch (error) {
      return desk.failed(error, 'write')
    }
    return 'taken'
  }

  const serve = async (claimant: Claimant): Promise<void> => {
    const { claim, channel, enter, refuse } = claimant
    if (!channel.open) return
    const outcome = await take(claimant)
    if (outcome === 'taken') {
      for (const loser of losers(desk.sessions, claim)) desk.end(loser, 'conflict')
      // Whoever claims next finds this session, and not an empty place.
      if (channel.open) enter()
    } else if (channel.open) refuse(outcome)
  }

  return (claimant) => {
    desk.between(async () => {
      last = last.then(async () => serve(claimant))
      await last
    })
  }
}

async function commitTag(store: RelayStore, record: Omit<TagClaim, 'login'>): Promise<void> {
  await store.commit({
    position: store.position,
    conversations: [],
    members: [],
    pages: [],
    rows: [],
    rewrites: [],
    writers: [],
    messages: [],
    mentions: [],
    commands: [],
    heads: [],
    people: [],
    marks: [],
    usage: [],
    tags: [record],
  })
}

/** The sessions that have lost the tag to this device. */
function losers(sessions: Sessions, { user, device, tag }: TagClaim): readonly Session[] {
  return sessions.of(user).filter((session) => session.tag === tag && session.identity.device !== device)
}
