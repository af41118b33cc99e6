/**
 * Outcomes as they come over the wire. Rules DO63 to DO65.
 */
import {
  bad,
  orFault,
  type ParseFault,
  readChoice,
  readList,
  readRecord,
  readText,
  type Shape,
} from '../fields.ts'
import { type Failure, type Outcome, refusalCodes } from './head.ts'
import { readUsers } from './shapes.ts'

export type ParsedOutcome = { readonly ok: true; readonly outcome: Outcome } | ParseFault

const failure: Shape<Failure> = {
  clientIds: readUsers,
  code: (value, name) => readChoice(value, name, refusalCodes),
  detail: (value, name) => readText(value, name, Number.POSITIVE_INFINITY),
}

const outcome: Shape<Outcome> = {
  successfulClientIds: readUsers,
  failures: readFailures,
}

export function parseOutcome(value: unknown): ParsedOutcome {
  return orFault(() => ({ ok: true, outcome: readRecord<Outcome>(value, outcome) }))
}

function readFailures(value: unknown, name: string): readonly Failure[] {
  const all = readList(value, name, Number.POSITIVE_INFINITY)
  if (all.length > refusalCodes.length) bad('there is more than one failure per code')
  return all.map((one) => readRecord<Failure>(one, failure))
}
