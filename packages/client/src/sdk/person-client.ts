/** What of a client belongs to its user, and to no conversation. Rules CL281 to CL289. */
import type { Engine, EngineEvent } from '../engine-types.ts'
import type { ClientEvents } from './client-events.ts'
import { type Contacts, createContacts } from './contacts.ts'
import { Emitter } from './emitter.ts'
import { Event } from './event.ts'
import { userId } from './given-ids.ts'
import type { Changed } from './host.ts'
import { flagOf, optionsOf } from './json.ts'
import type { MembersResult } from './members-changed.ts'
import type { TellPerson } from './person-told.ts'
import { type GivenProfile, profileInfo, type UserProfile } from './profiles.ts'

/** Whom one blocks: he cannot write to one alone, does not become a contact, and is not told. */
export interface BlockedUsers {
  add(users: readonly string[]): Promise<MembersResult>
  remove(users: readonly string[]): Promise<MembersResult>
  /** In the order of their ids. */
  list(): readonly string[]
}

/** Conversations nobody may bring one into. */
export interface RefusedConversations {
  add(conversations: readonly string[]): Promise<Changed>
  remove(conversations: readonly string[]): Promise<Changed>
  list(): readonly string[]
}

export class PersonClient extends Emitter<ClientEvents> {
  readonly contacts: Contacts
  readonly blocked: BlockedUsers
  readonly refused: RefusedConversations
  readonly #engine: Engine
  #tell: TellPerson | undefined

  constructor(engine: Engine, fault: (error: unknown) => void) {
    super(fault)
    this.#engine = engine
    this.contacts = createContacts(engine)
    this.blocked = {
      add: async (users) =>
        engine.with('people', async ({ changeUsers }) => changeUsers(engine, 'block', users)),
      remove: async (users) =>
        engine.with('people', async ({ changeUsers }) => changeUsers(engine, 'unblock', users)),
      list: () => engine.blocked(),
    }
    this.refused = {
      add: async (ids) =>
        engine.with('people', async ({ changeConversations }) => changeConversations(engine, 'refuse', ids)),
      remove: async (ids) =>
        engine.with('people', async ({ changeConversations }) => changeConversations(engine, 'admit', ids)),
      list: () => engine.refused(),
    }
  }

  /** As it is held here; when that is older than an hour it is asked for, and told as PROFILE_UPDATED. */
  profile(user: string): UserProfile {
    return profileInfo(this.#engine.profile(userId(user)))
  }

  /** Changes what is given, and leaves the rest; a field of null is taken away. */
  async updateProfile(profile: GivenProfile): Promise<Changed> {
    return this.#engine.with('people', async ({ updateProfile }) => updateProfile(this.#engine, profile))
  }

  /** Of all conversations that are listed. */
  get totalUnreadCount(): number {
    return this.totalUnread()
  }

  /** `muted: false` leaves out those that are muted for this user. */
  totalUnread(options: { readonly muted?: boolean } = {}): number {
    const { muted: given = true } = optionsOf(options, 'What is counted')
    return this.#engine.totalUnread(flagOf(given, 'muted'))
  }

  async markAllAsRead(): Promise<void> {
    const unread = this.#engine.conversations({ hidden: true }).filter((view) => view.unread > 0)
    await Promise.all(unread.map(async ({ id }) => this.#engine.read(id)))
  }

  protected tellPerson(
    event: Extract<EngineEvent, { readonly type: 'contact' | 'profile' | 'person-refused' }>,
  ): void {
    if (event.type === 'profile') {
      this.emit(Event.PROFILE_UPDATED, this.profile(event.user))
      return
    }
    // Whatever raises it has loaded what tells it.
    this.#tell ??= this.#engine
      .held('people')
      ?.createPersonTelling(this.contacts, (name, ...args) => this.emit(name, ...args))
    this.#tell?.(event)
  }
}
