/**
 * Reading a history batch by batch, each message once. Rules CL210 to CL214.
 *
 * A confirmed message is a place that stays. One that waits is not: it moves when the relay has answered, and may move past
 * another. From new to old, what waits when the iterator begins is therefore remembered by id, given first, and looked up
 * again for each batch; then come the messages up to where the conversation stood then. From old to new, the place is
 * the last confirmed message that was given, and what waited when it was given is not given again.
 */
import type { ConversationId, EntryId } from '@parley/document'
import type { HistoryBound, HistoryPage, HistoryQuery, MessageView } from '../engine-types.ts'
import { checkedCount } from './history.ts'
import type { HistoryHost, MessageList, MessageQueryDirectionName } from './history.ts'
import { optionsOf } from './json.ts'
import { boundOf, checkedDirection, messageList } from './query-messages.ts'

export interface MessagesIteratorOptions {
  /** Messages of a batch: 1 to 100; 20 when nothing is said. */
  readonly limit?: number
  readonly direction?: MessageQueryDirectionName
  /** Only what comes before this message, or time of the relay's, in whichever direction it is read. */
  readonly beforeTime?: Date
  readonly beforeMessageId?: string
  /** Only what comes after it. */
  readonly afterTime?: Date
  readonly afterMessageId?: string
}

export interface MessagesBatch {
  readonly value: MessageList
  /** There is nothing more. False as long as parts of the rest cannot be had: another try may bring them. */
  readonly done: boolean
}

/** `for await` gives every batch that has messages, and ends where nothing more can be had now. */
export interface MessagesIterator extends AsyncIterable<MessageList> {
  next(): Promise<MessagesBatch>
}

interface Batch {
  readonly views: readonly MessageView[]
  readonly missing: boolean
  readonly done: boolean
}

type Read = (query: HistoryQuery) => Promise<HistoryPage>

interface Range {
  readonly limit: number
  readonly before: HistoryBound | undefined
  readonly after: HistoryBound | undefined
}

/** The most one query of the engine answers. */
const maxAnswer = 1000

export function createMessagesIterator(
  { engine, outgoing }: HistoryHost,
  id: ConversationId,
  options: MessagesIteratorOptions = {},
): MessagesIterator {
  const read: Read = async (query) => engine.history(id, { ...query, tail: 'apart' })
  const range: Range = {
    limit: checkedCount('limit', optionsOf(options, 'What is asked for').limit ?? 20),
    before: boundOf('before', options.beforeTime, options.beforeMessageId),
    after: boundOf('after', options.afterTime, options.afterMessageId),
  }
  const forward = checkedDirection(options.direction) === 'old-to-new'
  const readBatch = forward ? oldToNew(read, range) : newToOld(read, range)
  let finished = false
  let last: Promise<unknown> = Promise.resolve()

  async function readNext(): Promise<MessagesBatch> {
    if (finished) return { value: messageList([], false), done: true }
    const { views, missing, done } = await readBatch()
    finished = done
    return {
      value: messageList(
        views.map((view) => outgoing.of(view)),
        missing,
      ),
      done,
    }
  }

  async function next(): Promise<MessagesBatch> {
    // One after another, however quickly one asks; a batch that failed is read again by the next call.
    const batch = last.then(readNext, readNext)
    last = batch
    return batch
  }

  return {
    next,
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const { value, done } = await next()
        if (value.length > 0 || value.missing) yield value
        if (done || value.length === 0) return
      }
    },
  }
}

function newToOld(read: Read, { limit, before, after }: Range): () => Promise<Batch> {
  /** Waited when it began, and was not given yet. */
  let rest: ReadonlySet<EntryId> | undefined
  let began = 0
  let place = before

  async function begin(): Promise<void> {
    const first = await read({ limit: 1, ...bounds(before, after) })
    rest = new Set(first.tail.map(({ id }) => id))
    began = first.seq
    // Whatever is later has come since; what waited bounds nothing that is confirmed.
    if (rest.size > 0 || before === undefined) place = { seq: began, closed: true }
  }

  /** What is left of the rest, wherever it stands now. */
  async function findRest(wanted: ReadonlySet<EntryId>): Promise<readonly MessageView[]> {
    const found: MessageView[] = []
    let start: HistoryBound | undefined
    for (let more = wanted.size > 0; more;) {
      const { messages, tail } = await read({ limit: maxAnswer, ...bounds(start, { seq: began }) })
      found.unshift(...[...messages, ...tail].filter(({ id }) => wanted.has(id)))
      more = messages.length === maxAnswer
      start = placeOf(messages[0])
    }
    return found
  }

  return async () => {
    if (rest === undefined) await begin()
    const waited = await findRest(rest ?? new Set())
    const own = waited.slice(-limit)
    const left = waited.slice(0, waited.length - own.length)
    if (left.length > 0) {
      rest = idsOf(left)
      return { views: own, missing: false, done: false }
    }
    const room = limit - own.length
    const { messages, missing } = await read({ limit: room + 1, ...bounds(place, after) })
    const older = room === 0 ? [] : messages.slice(-room)
    // Only now: what could not be read is read again.
    rest = new Set()
    place = placeOf(older[0]) ?? place
    const isMissing = missing.length > 0
    return { views: [...older, ...own], missing: isMissing, done: messages.length <= room && !isMissing }
  }
}

function oldToNew(read: Read, { limit, before, after }: Range): () => Promise<Batch> {
  /** Given while it waited, and not met among what is confirmed since. */
  let given: ReadonlySet<EntryId> = new Set()
  let place = after

  return async () => {
    const known = new Set(given)
    let at = place
    const views: MessageView[] = []
    /** What was read counts once all of it could be. */
    const keep = (batch: Batch): Batch => {
      given = known
      place = at
      return batch
    }
    for (;;) {
      const asked = Math.min(maxAnswer, limit + 1 + known.size)
      const page = await read({ limit: asked, direction: 'old-to-new', ...bounds(at, before) })
      const missing = page.missing.length > 0
      for (const view of page.messages) {
        const isNew = !known.has(view.id)
        if (isNew && views.length === limit) return keep({ views, missing, done: false })
        known.delete(view.id)
        at = placeOf(view)
        if (isNew) views.push(view)
      }
      if (page.messages.length === asked) continue
      const fresh = page.tail.filter(({ id }) => !known.has(id))
      const own = fresh.slice(0, limit - views.length)
      for (const { id } of own) known.add(id)
      return keep({ views: [...views, ...own], missing, done: fresh.length === own.length && !missing })
    }
  }
}

function bounds(
  start: HistoryBound | undefined,
  end: HistoryBound | undefined,
): Pick<HistoryQuery, 'start' | 'end'> {
  return {
    ...(start === undefined ? undefined : { start }),
    ...(end === undefined ? undefined : { end }),
  }
}

function placeOf(view: MessageView | undefined): HistoryBound | undefined {
  return view === undefined ? undefined : { id: view.id, seq: view.seq }
}

function idsOf(views: readonly MessageView[]): ReadonlySet<EntryId> {
  return new Set(views.map(({ id }) => id))
}
