/** A user's contacts: who asks, who is asked, and who is one. Rules CL281 to CL284. */
import type { Contact } from '@parley/document'
import type { Engine } from '../engine-types.ts'
import { userId } from './given-ids.ts'
import type { Changed } from './host.ts'
import { badArgument, optionsOf } from './json.ts'

export interface ContactInfo {
  readonly userId: string
  /** `incoming`: he asks; `outgoing`: he is asked; `contact`: both want it. */
  readonly state: 'contact' | 'incoming' | 'outgoing'
  /** What came with the request. */
  readonly text: string | null
  /** What one calls him oneself; nobody else sees it. */
  readonly remark: string | null
  readonly since: Date
}

/** Each change resolves when it is safe on this device, and works without a network. */
export interface Contacts {
  /** Of somebody who asks already this makes a contact. */
  request(user: string, options?: { readonly text?: string }): Promise<Changed>
  accept(user: string): Promise<Changed>
  decline(user: string): Promise<Changed>
  /** Takes a contact away, or a request back: for both. */
  remove(user: string): Promise<Changed>
  /** null or '' takes it away. */
  remark(user: string, text: string | null): Promise<Changed>
  /** Those that are contacts, the latest first. */
  list(): readonly ContactInfo[]
  incoming(): readonly ContactInfo[]
  outgoing(): readonly ContactInfo[]
}

type Act = 'request' | 'accept' | 'decline' | 'remove' | 'remark'

export function createContacts(engine: Engine): Contacts {
  async function change(user: string, act: Act, text?: string): Promise<Changed> {
    const said = text === undefined ? undefined : { text }
    const { confirmed } = await engine.person({ op: 'contact', user: userId(user), act, ...said })
    return { confirmed }
  }

  function those(state: Contact['state']): readonly ContactInfo[] {
    return engine
      .contacts()
      .filter((contact) => contact.state === state)
      .map((contact) => contactInfo(contact.user, contact))
  }

  return {
    request: async (user, options = {}) => {
      const { text } = optionsOf(options, 'The options of a request')
      return change(user, 'request', lineOf(text))
    },
    accept: async (user) => change(user, 'accept'),
    decline: async (user) => change(user, 'decline'),
    remove: async (user) => change(user, 'remove'),
    remark: async (user, text) => change(user, 'remark', lineOf(text ?? '')),
    list: () => those('contact'),
    incoming: () => those('incoming'),
    outgoing: () => those('outgoing'),
  }
}

export function contactInfo(user: string, { state, text, remark, since }: Contact): ContactInfo {
  return { userId: user, state, text, remark, since: new Date(since) }
}

function lineOf(text: unknown): string | undefined {
  if (text === undefined || typeof text === 'string') return text
  throw badArgument('What is said to or of a contact is a text.')
}
