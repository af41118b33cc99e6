/**
 * What one stock reader writes: read without Yjs, cut into appends, and pushed into the relay as a device's are.
 *
 * Nothing is kept for later. What cannot be taken now (too much under way, the relay says `later`, he only reads for a
 * while, another tab has not sent what this stands behind) is dropped, and once it can be, his document is asked by step 1
 * for whatever the relay lacks: it keeps what it wrote, and brings all of it. Until it has answered, single updates are
 * dropped, since the answer holds them too. Rules RE118 and RE210 to RE222.
 */
import {
  inCausalOrder,
  readStockUpdate,
  type StockAppend,
  type StockDeletion,
  type StockUpdate,
  writeAppend,
} from '@parley/document'
import { maxUpdatesPerPush, type PushAnswer } from '@parley/wire'
import type { Metrics } from './server-metrics.ts'
import type { YDocument } from './y-document.ts'
import { maxAppendsInFlight, maxWriteBytesPerWindow, maxWritesPerWindow, writeWindowMs } from './y-limits.ts'
import { type WriteStep, writePermissionDenied, writeStep1 } from './y-messages.ts'
import type { Offence, OwnPenalty } from './y-penalties.ts'
import { offenceOf } from './y-refusals.ts'

export interface YWriterSetting {
  /** 0: the head, which takes nothing. */
  readonly page: number
  /** What is known of the document: all that its readers were told. */
  readonly document: Pick<YDocument, 'clockOf' | 'isDeleted' | 'vector'>
  readonly penalty: OwnPenalty
  readonly now: () => number
  /** May be answered before it returns. */
  readonly push: (updates: readonly Uint8Array[]) => void
  readonly send: (message: Uint8Array) => void
  readonly count: Metrics['addAnswer']
  /** Sends the reader away; nothing is heard after it. */
  readonly refuse: (offence: Offence) => void
}

export interface YWriter {
  /** Asks for what the reader wrote while he was away. */
  readonly begin: () => void
  readonly write: (step: WriteStep, update: Uint8Array) => void
  /** A single update that is too long to be read; it may well be an echo. */
  readonly skip: () => void
  readonly answered: (answers: readonly PushAnswer[]) => void
  readonly sweep: () => void
}

type State =
  | { readonly at: 'open' }
  /** Step 1 was sent. */
  | { readonly at: 'asked' }
  /** Until then nothing is read, and not before everything is answered. */
  | { readonly at: 'held'; readonly until: number }
  | { readonly at: 'refused' }

export function createYWriter(setting: YWriterSetting): YWriter {
  const { page, document, penalty, now, send } = setting
  const inFlight = new Set<string>()
  /** By client: the clock after what was pushed and may not be in the document yet. */
  const pushed = new Map<number, number>()
  let state: State = { at: 'held', until: 0 }
  /** One of those in flight was put off, so that those behind it mean nothing. */
  let putOff = false
  let told = false
  let window = { began: now(), writes: 0, bytes: 0 }

  const known = (client: number): number => Math.max(document.clockOf(client), pushed.get(client) ?? 0)

  const hold = (until: number): void => {
    if (state.at !== 'refused') state = { at: 'held', until }
  }

  /** Asks, when there is nothing to wait for any more. */
  const goOn = (): void => {
    if (inFlight.size === 0) {
      pushed.clear()
      putOff = false
    }
    if (state.at !== 'held' || inFlight.size > 0 || now() < state.until) return
    told = false
    if (page === 0) state = { at: 'open' }
    else {
      state = { at: 'asked' }
      send(writeStep1(document.vector()))
    }
  }

  /** Whether he only reads now; he is told once. */
  const onlyReads = (): boolean => {
    const standing = penalty.standing(now())
    if (standing === undefined) return false
    hold(standing.until)
    if (!told) {
      const seconds = Math.ceil((standing.until - now()) / 1000)
      send(writePermissionDenied(`Parley: read-only for ${seconds} s: ${sentenceOf(standing)}`))
    }
    told = true
    return true
  }

  const offend = (offence: Offence): void => {
    if (state.at === 'refused') return
    state = { at: 'refused' }
    penalty.offend(now(), offence)
    send(writePermissionDenied(`Parley: ${sentenceOf(offence)}`))
    setting.refuse(offence)
  }

  const offendUnjudged = (offence: Offence): void => {
    setting.count('refused', offence.code)
    offend(offence)
  }

  const isTooMuch = (bytes: number): boolean => {
    const at = now()
    if (at - window.began >= writeWindowMs) window = { began: at, writes: 0, bytes: 0 }
    window.writes += 1
    window.bytes += bytes
    return window.writes > maxWritesPerWindow || window.bytes > maxWriteBytesPerWindow
  }

  const take = (step: WriteStep, bytes: Uint8Array): void => {
    const read = readStockUpdate(bytes, known)
    if (!read.ok) {
      offendUnjudged(read)
      return
    }
    const offence = offenceIn(read.update, document, page)
    if (offence !== undefined) {
      offendUnjudged(offence)
      return
    }
    const ordered = inCausalOrder(appendsOf(read.update), known)
    if (ordered.ok) pushAll(ordered.appends)
    else if (step === 'step2') offendUnjudged(ordered)
    else {
      // Another tab of his may have written what this stands behind, and this one has it: its whole answer will say.
      hold(0)
      goOn()
    }
  }

  const pushAll = (appends: readonly StockAppend[]): void => {
    const fitting = appends.slice(0, maxAppendsInFlight - inFlight.size)
    if (fitting.length < appends.length) hold(0)
    for (let from = 0; from < fitting.length; from += maxUpdatesPerPush) {
      if (!pushSome(fitting.slice(from, from + maxUpdatesPerPush))) return
    }
  }

  /** Whether those behind them may follow. */
  const pushSome = (appends: readonly StockAppend[]): boolean => {
    for (const { client, clock } of appends) {
      inFlight.add(placeOf(client, clock))
      pushed.set(client, clock + 1)
    }
    setting.push(appends.map(writeAppend))
    return !putOff && state.at !== 'refused'
  }

  const hear = (answer: PushAnswer): void => {
    const { client, clock, verdict } = answer
    setting.count(verdict.class, 'code' in verdict ? verdict.code : '')
    if (!inFlight.delete(placeOf(client, clock)) || putOff) return
    if (verdict.class === 'later') {
      putOff = true
      hold(now() + verdict.waitMs)
      return
    }
    const offence = offenceOf(answer)
    if (offence !== undefined) offend(offence)
  }

  return {
    begin() {
      if (!onlyReads()) goOn()
    },
    write(step, update) {
      if (isEmpty(update)) {
        if (step === 'step2' && state.at === 'asked') state = { at: 'open' }
        return
      }
      if (state.at === 'refused' || onlyReads() || state.at === 'held') return
      if (isTooMuch(update.length)) {
        hold(window.began + writeWindowMs)
        return
      }
      if (state.at === 'asked' && step === 'update') return
      state = { at: 'open' }
      take(step, update)
    },
    skip() {
      if (state.at !== 'open') return
      hold(0)
      goOn()
    },
    answered(answers) {
      for (const answer of answers) hear(answer)
      // The rows of the same turn come before this runs, and are in the document then.
      if (inFlight.size === 0) queueMicrotask(goOn)
    },
    sweep: goOn,
  }
}

/** What is visible before anything is asked of the relay; then nothing of the update is taken. */
function offenceIn(
  { structs, deletions }: StockUpdate,
  document: YWriterSetting['document'],
  page: number,
): Offence | undefined {
  const other = structs.find((struct) => struct.kind === 'other')
  if (other?.kind === 'other') return notAnAppend(other.what)
  if (!areEchoes(deletions, document)) {
    return notAnAppend('Nothing is deleted here but by a recall, which is an entry of its own.')
  }
  if (page > 0 || structs.length === 0) return undefined
  return notAnAppend('The head of a conversation is written by the relay alone.')
}

/** Yjs names no clock twice; whoever does would have the same elements looked at over and over. */
function areEchoes(deletions: readonly StockDeletion[], document: YWriterSetting['document']): boolean {
  const named = new Map<number, number>()
  return deletions.every((deletion) => {
    const { client, length } = deletion
    const sum = (named.get(client) ?? 0) + length
    named.set(client, sum)
    return sum <= document.clockOf(client) && document.isDeleted(deletion)
  })
}

function notAnAppend(detail: string): Offence {
  return { code: 'not-an-append', detail }
}

function appendsOf({ structs }: StockUpdate): readonly StockAppend[] {
  return structs.filter((struct) => struct.kind === 'append')
}

/** What an honest reader with nothing of its own answers to a step 1, or sends to a new tab. */
function isEmpty(update: Uint8Array): boolean {
  return update.length === 2 && update[0] === 0 && update[1] === 0
}

function placeOf(client: number, clock: number): string {
  return `${client}:${clock}`
}

function sentenceOf({ code, detail }: Offence): string {
  return `what was written was refused (${code}). ${detail}`
}
