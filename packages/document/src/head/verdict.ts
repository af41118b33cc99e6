/**
 * How rules answer.
 */
import type { Change, Failure, RefusalCode, Verdict } from './head.ts'
import type { UserId } from '../ids.ts'

export interface Refused {
  readonly accepted: false
  readonly code: RefusalCode
  readonly detail: string
}

export function accept(
  change: Change | null,
  successfulClientIds: readonly UserId[],
  failures: readonly Failure[] = [],
): Verdict {
  return { accepted: true, change, outcome: { successfulClientIds, failures } }
}

export function refuse(code: RefusalCode, detail: string): Refused {
  return { accepted: false, code, detail }
}

export function failure(code: RefusalCode, detail: string, clientIds: readonly UserId[]): readonly Failure[] {
  return clientIds.length === 0 ? [] : [{ clientIds, code, detail }]
}
