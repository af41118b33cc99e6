/** How a message is sent, and what the others have said of it. Rules CL311 to CL315. */
import type { At } from './host.ts'
import { badArgument } from './json.ts'
import { Message } from './message.ts'

/** Of one message, in the order of their ids. */
export interface ReadStatus {
  /** Whoever has read it is among them. */
  readonly delivered: readonly string[]
  readonly read: readonly string[]
}

/** As far as this device has heard; whoever is not a member any more is not among them. */
export function readStatus({ host: { engine }, id }: At, message: Message): ReadStatus {
  if (!(message instanceof Message) || message.cid !== id)
    throw badArgument('readStatus() is about a message of this conversation.')
  const { seq, from } = message
  // Until the relay has answered nobody else can have it.
  const others = seq === 0 ? [] : engine.reached(id).filter(({ user }) => user !== from)
  const users = (got: readonly { readonly user: string }[]): readonly string[] =>
    got.map(({ user }) => user).toSorted()
  return {
    delivered: users(others.filter(({ delivered, read }) => Math.max(delivered, read) >= seq)),
    read: users(others.filter(({ read }) => read >= seq)),
  }
}
