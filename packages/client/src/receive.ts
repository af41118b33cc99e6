/** Frames of the relay into the ledger: each kind to the part that knows it. Rules CL60, CL70, and the frames' own. */
import { parseConversationId } from '@parley/document'
import type { ConversationId } from '@parley/document'
import type { FetchAnswer, RelayedSignal, RelayFrame, Sync } from '@parley/wire'
import { applyRow } from './apply-rows.ts'
import type { Arrival } from './arrival.ts'
import type { Core } from './core.ts'
import { ParleyError } from './errors.ts'
import { applyHead, applyPage } from './fetched.ts'
import { inflated } from './inflating.ts'
import { openLane, writerName } from './lanes.ts'
import type { Ledger } from './ledger.ts'
import { applyNews } from './news.ts'
import { hearMarks } from './receipt-hooks.ts'
import { applyPushAnswer, sweepLane } from './outbox.ts'
import type { LaneEffect } from './outbox.ts'
import type { OwnArrival } from './person-frames.ts'
import type { RequestResult } from './requests.ts'

/** What one session's catch-up has named so far. */
export interface CatchUp {
  readonly named: Set<ConversationId>
  /** Rows of the person this session has named, each with its time. */
  readonly own: Map<string, number>
  /** The device had never synced when this session began. */
  readonly first: boolean
  /** Of the relay's log, as its welcome said. */
  readonly epoch: string
  /** All of it has been worked on, if not stored. */
  done: boolean
  /** Something did not fit: nothing of this session counts any more. */
  broken: boolean
}

export function createCatchUp(first: boolean, epoch: string): CatchUp {
  return { named: new Set(), own: new Map(), first, epoch, done: false, broken: false }
}

export async function receive(
  core: Core,
  catchUp: CatchUp,
  ledger: Ledger,
  frame: RelayFrame,
): Promise<void> {
  // A cursor behind a gap would say that nothing is missing.
  if (catchUp.broken) return
  const { parts } = core.model
  switch (frame.frame) {
    case 'sync':
      await receiveSync(core, catchUp, ledger, frame)
      return
    case 'rows': {
      const id = parseConversationId(frame.conversation)
      if (id === undefined) return
      const arrival: Arrival = { user: core.user, replayed: false, silent: false, promises: core.promises }
      for (const row of frame.rows) {
        const fault = await applyRow(ledger, id, row, arrival)
        if (fault === undefined) continue
        breakOff(core, catchUp, ledger, `rows: ${fault}`)
        return
      }
      sweepLane(ledger, id)
      ledger.changed(id)
      ledger.after.push(() => parts.use('people', ({ wantSender }) => wantSender(core, id)))
      return
    }
    case 'cursor':
      if (frame.cursor > ledger.device.cursor) ledger.setDevice({ ...ledger.device, cursor: frame.cursor })
      parts.held('people')?.settleByCursor(ledger)
      return
    case 'answer': {
      const id = parseConversationId(frame.conversation)
      if (id === undefined) return
      const effects: LaneEffect[] = []
      for (const answer of frame.answers)
        effects.push(await applyPushAnswer(ledger, id, answer, core.promises))
      for (const effect of effects) takeEffect(core, id, effect)
      ledger.changed(id)
      return
    }
    case 'own': {
      const people = await ledger.part('people')
      const arrival = arrivalOfOwn(catchUp)
      // What tells that he may come back.
      if (!arrival.silent && frame.rows.some(({ kind }) => kind === 'unblocked')) await ledger.part('changes')
      people.applyOwn(core, ledger, frame, arrival)
      return
    }
    case 'people-answer':
      // Asked by nobody else.
      parts.held('people')?.receivePeople(core, ledger, frame)
      return
    case 'command-answer': {
      if (frame.conversation === '') {
        parts.held('people')?.applyPersonAnswer(core, ledger, frame)
        return
      }
      const id = parseConversationId(frame.conversation)
      if (id === undefined) return
      // Whoever made it has loaded what knows it, unless it was made here to make a conversation again.
      const isOwn = ledger.outbox.commands(id).some((item) => item.id === frame.id)
      const changes = parts.held('changes') ?? (isOwn ? await ledger.part('changes') : undefined)
      const effect = changes?.applyCommandAnswer(core, ledger, id, frame)
      if (effect !== undefined) takeEffect(core, id, effect)
      ledger.changed(id)
      return
    }
    case 'fetch-answer':
      await receiveFetched(core, catchUp, ledger, frame)
      return
    case 'digests-answer': {
      const request = core.requests.find(frame.request)
      if (request === undefined) return
      const { applyDigests } = await ledger.part('repair')
      await applyDigests(ledger, request, frame.pages, core.promises)
      // What is offered again may leave now, and what was delivered be told.
      ledger.after.push(() => core.receipts.look(request.conversation))
      ledger.after.push(() => core.mailbox.pump())
      ledger.after.push(() => core.requests.close(request.number, 'held'))
      return
    }
    case 'pong':
    case 'token-taken':
    case 'welcome':
    case 'failure':
      return
    case 'marks': {
      const id = parseConversationId(frame.conversation)
      if (id === undefined) return
      await hearMarks(ledger, id, { marks: frame.marks, all: false }, { silent: false })
      ledger.changed(id)
      return
    }
    case 'signal':
      await hearSignal(core, ledger, frame)
      return
    case 'presence':
      ledger.after.push(() => core.live.now()?.presence.heard(frame))
      return
    case 'presence-answer':
      ledger.after.push(() => core.live.now()?.presence.answered(frame))
      return
    case 'query-answer':
      ledger.after.push(() => core.live.now()?.queries.answered(frame))
      return
  }
}

async function receiveSync(core: Core, catchUp: CatchUp, ledger: Ledger, frame: Sync): Promise<void> {
  const { generation } = core.session
  const people = core.model.parts.held('people')
  const context = {
    user: core.user,
    replayed: !catchUp.done,
    silent: catchUp.first && !catchUp.done,
    first: catchUp.first && !catchUp.done,
    full: frame.full && !catchUp.done,
    now: core.relayTime(),
    promises: core.promises,
    log: core.ports.log,
  }
  for (const news of frame.news) {
    const fault = await applyNews(ledger, news, context)
    if (fault !== undefined) {
      breakOff(core, catchUp, ledger, `news: ${fault}`)
      return
    }
    const id = parseConversationId(news.conversation)
    if (id === undefined) continue
    catchUp.named.add(id)
    // What he has set may have come before the conversation did.
    people?.moveMark(core, ledger, id)
    ledger.changed(id)
  }
  // With the commit: a round of idle work that begins before it would not see what this found.
  ledger.wantsFetching = true
  if (frame.more) return
  // A conversation that appears later comes between rows of the same turn: only `cursor` frames say all of it is here.
  if (catchUp.done) return
  if (frame.full) {
    await markAbsent(core, catchUp, ledger)
    people?.dropUnnamed(core, ledger, catchUp.own)
  }
  catchUp.done = true
  ledger.setDevice({
    ...ledger.device,
    epoch: catchUp.epoch,
    cursor: Math.max(frame.cursor, ledger.device.cursor),
  })
  people?.settleByCursor(ledger)
  ledger.after.push(() => {
    // The session may have gone while this was read and stored.
    if (core.session.generation !== generation) return
    core.caughtUp = true
    core.receipts.caughtUp()
    core.emit({ type: 'caught-up' })
    // What waits may leave now, also when nothing came that anybody is told of.
    core.mailbox.pump()
  })
}

function arrivalOfOwn({ done, first, own }: CatchUp): OwnArrival {
  return { replayed: !done, silent: first && !done, named: own }
}

function breakOff(core: Core, catchUp: CatchUp, ledger: Ledger, why: string): void {
  catchUp.broken = true
  ledger.after.push(() => core.session.restart(why))
}

/** What nobody keeps is not worth a session: where it cannot be read now it is over. */
async function hearSignal(core: Core, ledger: Ledger, frame: RelayedSignal): Promise<void> {
  try {
    await ledger.part('live')
    core.live.now()?.signals.heard(ledger, frame)
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error
    core.ports.log.error('a signal was not read', { error: error.detail })
  }
}

/** A relay that started from nothing and does not name a conversation does not know it, or not this member. */
async function markAbsent(core: Core, catchUp: CatchUp, ledger: Ledger): Promise<void> {
  for (const id of core.model.conversations.keys()) {
    const record = ledger.conversation(id)
    if (record === undefined || catchUp.named.has(id) || record.local || record.seq === 0) continue
    if (record.absentSince !== 0) continue
    ledger.setConversation({ ...record, absentSince: Math.max(1, core.ports.now()) })
    if (record.role === '') continue
    const { createAgain } = await ledger.part('repair')
    // Whoever writes into it from now on writes into what this makes of it.
    await ledger.part('changes')
    await createAgain(core, ledger, record)
  }
}

const resultOf = { held: 'held', older: 'held', differs: 'differs', unreadable: 'failed' } as const

async function receiveFetched(
  core: Core,
  catchUp: CatchUp,
  ledger: Ledger,
  frame: FetchAnswer,
): Promise<void> {
  const request = core.requests.find(frame.request)
  if (request === undefined) return
  const fetched = await inflated(core, frame.fetched)
  // Its session may have ended meanwhile, and with it all that was asked.
  if (core.requests.find(frame.request) === undefined) return
  if (fetched === undefined) {
    breakOff(core, catchUp, ledger, 'malformed')
    return
  }
  const close = (result: RequestResult): void => {
    ledger.after.push(() => core.requests.close(request.number, result))
  }
  switch (fetched.result) {
    case 'rows': {
      const rows = [...request.rows, ...fetched.rows]
      if (fetched.more) {
        request.rows.push(...fetched.rows)
        return
      }
      const page = {
        page: request.page,
        after: request.after,
        version: fetched.version,
        digest: fetched.digest,
        rows,
      }
      const result = await applyPage(ledger, request.conversation, page, core.promises)
      const { held, known } = await ledger.page(request.conversation, request.page)
      // What came since it was asked may be newer than the answer; a part that does not fit is asked for whole.
      if (known > request.known || (held === 0 && request.after > 0)) ledger.wantsFetching = true
      if (result === 'differs' || result === 'unreadable') {
        core.ports.log.error('a page is not what the relay has', { result, page: request.page })
      }
      ledger.changed(request.conversation)
      close(resultOf[result])
      return
    }
    case 'head': {
      const held = applyHead(ledger, request.conversation, core.user, fetched)
      if (!held) core.ports.log.error('a head cannot be read', { conversation: request.conversation })
      if ((ledger.conversation(request.conversation)?.headKnown ?? 0) > request.known)
        ledger.wantsFetching = true
      ledger.changed(request.conversation)
      close(held ? 'held' : 'failed')
      return
    }
    case 'joinable':
      close('joinable')
      return
    case 'failed': {
      // A page that is not there has nothing left to take back.
      const record = ledger.conversation(request.conversation)
      if (record?.erasing.includes(request.page) === true) {
        const erasing = record.erasing.filter((page) => page !== request.page)
        ledger.setConversation({ ...record, erasing })
      }
      const absent = request.kind === 'page' && fetched.code === 'not-found'
      close(absent ? 'absent' : 'failed')
    }
  }
}

/** What an answer means for sending counts at once: bytes on the way are judged by what was sent, not by what is stored. */
function takeEffect(core: Core, id: ConversationId, effect: LaneEffect): void {
  const { lanes, writers, sent } = core.sending
  const lane = lanes.get(id) ?? openLane
  if (effect.do === 'wait') {
    const ms = Math.min(effect.ms, core.limits.maxLaterMs)
    sent.delete(effect.n)
    const blockedUntil = core.ports.now() + ms
    lanes.set(id, { ...lane, blockedUntil })
    core.ports.timer(ms + 1, () => {
      // The timer decides, not the clock, which may have been set back by hours meanwhile.
      const now = lanes.get(id)
      if (now?.blockedUntil === blockedUntil) lanes.set(id, { ...now, blockedUntil: 0 })
      core.mailbox.pump()
    })
  } else if (effect.do === 'remake') {
    const name = writerName(id, effect.page)
    if (writers.get(name)?.client === effect.client) writers.delete(name)
    if (effect.waitForPage > 0) lanes.set(id, { ...lane, waitForPage: effect.waitForPage })
    else if (effect.refused === true) lanes.set(id, { ...lane, careful: true })
  } else if (effect.do === 'go-on' && lane.careful) lanes.set(id, { ...lane, careful: false })
}
