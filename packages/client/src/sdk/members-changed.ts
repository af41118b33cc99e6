/** What everything about members shares, and what is always there of it. Rules CL175 to CL177. */
import type { Command, Head, Outcome, UserId } from '@parley/document'
import type { At } from './host.ts'

/** What bulk member calls answer: predicted at once, and `confirmed` by the relay. */
export interface MembersResult extends Outcome {
  readonly confirmed: Promise<Outcome>
}

export interface MuteOptions {
  /** For so long from when the relay takes it; for good when it is missing. */
  readonly forMs?: number
}

export interface PageOptions {
  readonly limit?: number
  /** What the answer before said as `next`. */
  readonly next?: string | null
}

export interface UsersPage {
  /** In the order of their ids. */
  readonly results: readonly string[]
  /** null: these were the last ones. */
  readonly next: string | null
}

export async function changeMembers({ host, id }: At, command: Command): Promise<MembersResult> {
  const { predicted, confirmed } = await host.engine.command(id, command)
  return { ...predicted, confirmed }
}

/** Those who may not speak now. */
export function mutedNow({ muted }: Head, now: number): readonly UserId[] {
  return Array.from(muted)
    .filter(([, until]) => until > now)
    .map(([user]) => user)
}
