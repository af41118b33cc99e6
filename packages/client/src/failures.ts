/** Whom of several people something was refused for, and why. */
import type { Failure, UserId } from '@parley/document'
import type { Reason } from './records.ts'

export function failedUsers(failures: readonly Failure[]): ReadonlySet<UserId> {
  return new Set(failures.flatMap(({ clientIds }) => clientIds))
}

/** The first one, and beside it all that the relay said. */
export function reasonOf(failures: readonly Failure[]): Reason | undefined {
  const [first] = failures.filter(({ clientIds }) => clientIds.length > 0)
  return first === undefined ? undefined : { code: first.code, detail: first.detail, failures }
}
