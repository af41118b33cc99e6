/**
 * Lets what the lanes have ready leave with a transaction, and counts what is on its way. Rules CL51, CL52 and CL56.
 *
 * Bytes are made in the ledger of the transaction they leave with; they are counted while that is stored, and are nobody's
 * when it fails or when their session ends meanwhile.
 */
import type { ConversationId } from '@parley/document'
import type { Core } from './core.ts'
import { departures } from './lanes.ts'
import type { Departure } from './lanes.ts'
import type { Ledger } from './ledger.ts'
import type { Locate } from './locating.ts'

export interface Sender {
  /** Makes what can leave part of the ledger; the answer sends it, once that is stored. */
  prepare(ledger: Ledger): Promise<() => void>
  /** It was not stored. */
  unprepare(): void
  /** What was answered, taken back or remade is not on its way any more. */
  prune(): void
  /** There may be something to send. */
  readonly ready: boolean
  sessionLost(): void
}

export function createSender(core: Core, locate: Locate): Sender {
  const { sending, session, limits, ports, model } = core
  let prepared: number[] = []
  let served: ConversationId | undefined
  let personPrepared = false

  function forget(numbers: readonly number[]): void {
    for (const n of numbers) sending.sent.delete(n)
  }

  function forgetPersonal(): void {
    if (personPrepared) sending.person.sent = undefined
    personPrepared = false
  }

  function personReady(): boolean {
    const { person, parts } = model
    return person !== undefined && parts.held('people')?.personReady(person, sending.person) === true
  }

  /** Beginning behind the lane served last: a long one does not keep the others waiting. */
  function inTurn(ids: readonly ConversationId[]): readonly ConversationId[] {
    const next = served === undefined ? 0 : ids.indexOf(served) + 1
    return [...ids.slice(next), ...ids.slice(0, next)]
  }

  return {
    async prepare(ledger) {
      if (!core.caughtUp || !session.online) return () => undefined
      const { generation } = session
      const leaving: Departure[] = []
      const context = {
        now: ports.now(),
        random: ports.random,
        maxInFlight: limits.maxInFlight,
        keepAbsentMs: limits.keepAcknowledgedMs,
        locate,
      }
      for (const id of inTurn(ledger.outbox.laneIds())) {
        if (sending.sent.size >= limits.maxInFlight) break
        const departure = await departures(ledger, id, sending, context)
        if (departure === undefined) continue
        served = id
        leaving.push(departure)
        // Counted at once, so that all lanes together keep the limit.
        for (const n of departure.numbers) {
          sending.sent.add(n)
          prepared.push(n)
        }
      }
      const personal = model.parts.held('people')?.personDeparture(core, ledger)
      personPrepared = personal !== undefined
      return () => {
        const counted = prepared
        prepared = []
        // Their session went, perhaps while they were being counted: in the next one they are not on their way.
        if (session.generation !== generation) {
          forget(counted)
          forgetPersonal()
          return
        }
        for (const { frames } of leaving) for (const frame of frames) session.send(frame)
        if (personal !== undefined) session.send(personal)
        personPrepared = false
      }
    },
    unprepare() {
      sending.writers.clear()
      forget(prepared)
      prepared = []
      forgetPersonal()
    },
    prune() {
      for (const n of sending.sent) {
        const item = model.outbox.get(n)
        const onItsWay =
          item !== undefined &&
          item.state === 'waiting' &&
          item.answered === null &&
          (item.kind === 'command' || item.made !== null)
        if (!onItsWay) sending.sent.delete(n)
      }
    },
    get ready() {
      const more = model.outbox.size > 0 && sending.sent.size < limits.maxInFlight
      return more || personReady()
    },
    sessionLost() {
      sending.sent.clear()
      sending.person.sent = undefined
      sending.person.held = false
      // What the next relay says, and what its catch-up names, may be something else.
      sending.lanes.clear()
    },
  }
}
