/**
 * Outcomes as they come over the wire. Rules DO63 to DO65.
 */
import { isFields, wellFormed } from '../entry/json.ts'
import { type Failure, type Outcome, type RefusalCode, refusalCodes } from './head.ts'
import { bad, done, hasOnly, type Parsed, type ParseFault, parseUsers } from './parse-fields.ts'

export type ParsedOutcome = { readonly ok: true; readonly outcome: Outcome } | ParseFault

export function parseOutcome(value: unknown): ParsedOutcome {
  const fields = value
  if (!isFields(fields) || !hasOnly(fields, ['successfulClientIds', 'failures'])) {
    return bad('an outcome is an object of successfulClientIds and failures')
  }
  const successful = parseUsers(fields['successfulClientIds'])
  if (!successful.ok) return successful
  const given = fields['failures']
  if (!Array.isArray(given) || given.length > refusalCodes.length)
    return bad('failures is not a list of one per code')
  const failures: Failure[] = []
  for (const one of given as readonly unknown[]) {
    const failure = parseFailure(one)
    if (!failure.ok) return failure
    failures.push(failure.value)
  }
  return { ok: true, outcome: { successfulClientIds: successful.value, failures } }
}

function parseFailure(value: unknown): Parsed<Failure> {
  const fields = value
  if (!isFields(fields) || !hasOnly(fields, ['clientIds', 'code', 'detail'])) {
    return bad('a failure is an object of clientIds, code and detail')
  }
  const clientIds = parseUsers(fields['clientIds'])
  const code = fields['code']
  const detail = fields['detail']
  if (!clientIds.ok) return clientIds
  if (!isRefusalCode(code)) return bad('code is none that is known')
  return typeof detail === 'string' && wellFormed(detail) === detail
    ? done({ clientIds: clientIds.value, code, detail })
    : bad('detail is not a well-formed text')
}

function isRefusalCode(code: unknown): code is RefusalCode {
  return refusalCodes.some((known) => known === code)
}
