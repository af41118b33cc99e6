/** Commits as a relay makes them, of instructions that a generator can choose freely. */
import { everybody } from '@parley/document'
import * as fc from 'fast-check'
import type { MarkRecord } from '../marks-store.ts'
import type { LogRow, MessageRecord, RelayCommit } from '../store.ts'
import {
  commitOf,
  conversationRecord,
  creation,
  entryId,
  entryRow,
  headRecord,
  headRow,
  mary,
  memberRecord,
  messageRecord,
  pageRecord,
  tom,
} from '../testing/store-records.ts'
import { testConversationId, testDeviceId } from '../testing/test-device.ts'

const where = fc.nat({ max: 2 })

export const anyStep = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('write'),
      where: fc.array(where, { minLength: 1, maxLength: 3 }),
      count: fc.integer({ min: 1, max: 5 }),
      size: fc.constantFrom(0, 3, 3000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('react', 'edit', 'recall'), where, which: fc.nat() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('mark', 'close-page', 'command', 'leave'), where }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('person', 'tag', 'bad', 'create') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('read'), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('close', 'kill') }) },
)

export type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never

interface Place {
  seq: number
  page: number
  messages: MessageRecord[]
}

export interface CommitMaker {
  /** undefined for what nothing can be done about: a recall before the first message. */
  readonly make: (step: Step) => RelayCommit | undefined
  readonly conversations: number
}

/** Knows what was committed: whatever it makes must be committed, but for a bad one. */
export function createCommitMaker(): CommitMaker {
  const places: Place[] = []
  let position = 0
  const id = (at: number): ReturnType<typeof testConversationId> => testConversationId(at + 1)
  const next = (): number => {
    position += 1
    return position
  }

  const create = (): RelayCommit => {
    const made = creation(id(places.length), next())
    places.push({ seq: 1, page: 1, messages: [] })
    const command = { user: tom, id: entryId(position), seq: 1, time: 5, outcome: Uint8Array.of(position) }
    return {
      ...made,
      commands: [{ ...command, conversation: id(places.length - 1) }],
      usage: [used(tom, 10)],
    }
  }

  /** The records that every row moves. */
  const moved = (at: number, rows: readonly LogRow[]): Partial<RelayCommit> => {
    const { seq, page } = place(at)
    const last = rows.at(-1)
    return {
      conversations: [
        conversationRecord(id(at), seq, position, { pages: page, name: seq % 2 === 0 ? null : 'Käse' }),
      ],
      members: [memberRecord(id(at), tom, 1, { role: 'owner', mine: seq })],
      pages: [pageRecord(id(at), page, position, { entries: seq })],
      writers: [
        { conversation: id(at), page, client: seq % 3, user: tom, device: testDeviceId(1), clock: seq },
      ],
      usage: [used(tom, last?.update.length ?? 0), used(mary, -1)],
    }
  }

  const place = (at: number): Place => {
    const found = places[at % places.length]
    if (found === undefined) throw new Error('there is a conversation at first')
    return found
  }

  const entry = (at: number, more: Partial<LogRow> = {}): LogRow => {
    const it = place(at)
    it.seq += 1
    return entryRow(id(at), it.seq, next(), { page: it.page, client: it.seq % 3, ...more })
  }

  const messageOf = (row: LogRow): MessageRecord => {
    const { page, client, operation } = row
    const message = { ...messageRecord(row.conversation, entryId(row.seq), row.seq), page, client }
    return operation === null ? message : { ...message, type: null }
  }

  const write = (wanted: readonly number[], count: number, size: number): RelayCommit => {
    const commits = [...new Set(wanted.map((at) => at % places.length))].map((at) => {
      const update = new Uint8Array(size).fill(position)
      const rows = Array.from({ length: count }, () => entry(at, { update }))
      const messages = rows.map(messageOf)
      place(at).messages.push(...messages)
      const { seq = 0 } = rows[0] ?? {}
      const mentions = [
        { conversation: id(at), user: seq % 2 === 0 ? mary : everybody, seq, author: tom },
      ] as const
      return commitOf(position, { ...moved(at, rows), rows, messages, mentions })
    })
    return merged(commits)
  }

  const operate = (
    at: number,
    which: number,
    operation: 'react' | 'edit' | 'recall',
  ): RelayCommit | undefined => {
    const { messages } = place(at)
    const index = which % Math.max(1, messages.length)
    const target = messages[index]
    if (target === undefined) return undefined
    const gone = operation === 'react' ? [] : operation === 'edit' ? [] : [target]
    const edits = operation !== 'react' && target.edit !== null ? [target.edit] : []
    const erases = target.erased
      ? []
      : [...gone, ...edits].map(({ seq, client, clock }) => ({ seq, client, clock }))
    const row = entry(at, { operation, page: target.page, erases })
    const changed: MessageRecord =
      operation === 'recall' || target.erased
        ? { ...target, erased: target.erased || operation === 'recall', edit: null }
        : operation === 'edit'
          ? { ...target, edit: { id: entryId(row.seq), seq: row.seq, client: row.client, clock: row.clock } }
          : target
    messages[index] = changed
    const known = operation === 'react' || target.erased ? [] : [changed]
    const lost = edits.map((edit) => ({ ...target, ...edit, type: null, erased: true, edit: null }))
    return commitOf(position, {
      ...moved(at, [row]),
      rows: [row],
      messages: [messageOf(row), ...known, ...(target.erased ? [] : lost)],
      rewrites: erases.map(({ seq }) => ({ conversation: id(at), seq, update: Uint8Array.of(0) })),
    })
  }

  const changeHead = (at: number, kind: 'close-page' | 'command' | 'leave'): RelayCommit => {
    const it = place(at)
    it.seq += 1
    const row = headRow(id(at), it.seq, next())
    if (kind === 'close-page') it.page += 1
    const command = { user: mary, id: entryId(position), conversation: id(at), seq: it.seq, time: 5 }
    return commitOf(position, {
      ...moved(at, [row]),
      rows: [row],
      heads: [headRecord(id(at), it.seq % 250)],
      ...(kind === 'close-page' ? {} : { commands: [{ ...command, outcome: Uint8Array.of(1) }] }),
      ...(kind === 'leave'
        ? { members: [memberRecord(id(at), mary, position, { role: '', leftSeq: it.seq })] }
        : {}),
    })
  }

  const mark = (at: number): RelayCommit => {
    const { seq, page } = place(at)
    const user = seq % 2 === 0 ? tom : mary
    const record: MarkRecord = {
      conversation: id(at),
      user,
      delivered: seq,
      read: 1,
      time: 7,
      position: next(),
    }
    return commitOf(position, {
      conversations: [conversationRecord(id(at), seq, position, { pages: page })],
      marks: [record],
    })
  }

  return {
    get conversations() {
      return places.length
    },
    make(step) {
      if (places.length === 0) return create()
      const at = 'where' in step && typeof step.where === 'number' ? step.where % places.length : 0
      switch (step.do) {
        case 'write':
          return write(step.where, step.count, step.size)
        case 'react':
        case 'edit':
        case 'recall':
          return operate(at, step.which, step.do)
        case 'close-page':
        case 'command':
        case 'leave':
          return changeHead(at, step.do)
        case 'mark':
          return mark(at)
        case 'create':
          return places.length < 3 ? create() : undefined
        case 'person':
          return commitOf(next(), {
            people: [
              {
                owner: tom,
                kind: 'contact',
                key: 'Mary',
                value: Uint8Array.of(position % 250),
                group: 'contact',
                time: 5,
                position,
              },
            ],
            usage: [used(tom, 3)],
          })
        case 'tag':
          return commitOf(position, { tags: [{ user: tom, tag: `t${position}`, device: testDeviceId(1) }] })
        case 'bad': {
          const { seq, page } = place(0)
          const rows = [entryRow(id(0), seq + 1, position + 1), entryRow(id(0), seq + 3, position + 2)]
          const conversations = [
            conversationRecord(id(0), seq + 3, position + 2, { pages: page, name: 'Bad' }),
          ]
          return commitOf(position + 2, { conversations, rows, usage: [used(tom, 1000)] })
        }
        case 'read':
        case 'close':
        case 'kill':
          return undefined
      }
    },
  }
}

function used(user: typeof tom, bytes: number): RelayCommit['usage'][number] {
  return { user, created: 0, joined: 0, bytes }
}

function merged(commits: readonly RelayCommit[]): RelayCommit {
  const position = Math.max(...commits.map((commit) => commit.position))
  const usage = new Map(commits.flatMap((commit) => commit.usage).map((record) => [record.user, record]))
  return commitOf(position, {
    conversations: commits.flatMap(({ conversations }) => conversations),
    members: commits.flatMap(({ members }) => members),
    pages: commits.flatMap(({ pages }) => pages),
    rows: commits.flatMap(({ rows }) => rows),
    writers: commits.flatMap(({ writers }) => writers),
    messages: commits.flatMap(({ messages }) => messages),
    mentions: commits.flatMap(({ mentions }) => mentions),
    usage: [...usage.values()],
  })
}
