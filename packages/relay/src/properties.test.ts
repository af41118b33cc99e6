import {
  emptyDigest,
  headDigest,
  mergeHeadUpdates,
  parseChange,
  readHeadState,
  xorDigest,
} from '@parley/document'
import type { RelayFrame, Row } from '@parley/wire'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestOf } from './accept-entry.ts'
import { createMemoryDisk, createMemoryRelayStore, type MemoryConversation } from './memory-store.ts'
import { createCrowd, viewOf } from './testing/test-crowd.ts'
import { anyStep } from './testing/test-crowd.test-data.ts'
import { testConversationId } from './testing/test-device.ts'

function expectSound(held: MemoryConversation): void {
  const { record, rows, pages } = held
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1))
  expect(record).toMatchObject({ seq: rows.length, position: rows.at(-1)?.position, time: rows.at(-1)?.time })
  expect(rows.map(({ time }) => time)).toEqual(rows.map(({ time }) => time).toSorted((a, b) => a - b))
  const state = mergeHeadUpdates(rows.filter(({ kind }) => kind === 'head').map(({ update }) => update))
  expect(state).toEqual(held.head.state)
  const head = readHeadState(state)
  expect(record.headDigest).toBe(head === undefined ? undefined : headDigest(head))
  for (const page of pages.values()) {
    const own = rows.filter((row) => row.page === page.page)
    const digest = own.map((row) => digestOf(row, row.kind === 'erased')).reduce(xorDigest, emptyDigest)
    expect(page).toMatchObject({ digest, entries: own.length, closed: page.page < record.pages })
    const clocks = new Map<number, number>()
    for (const { client, clock } of own) {
      expect(clock).toBe(clocks.get(client) ?? 0)
      clocks.set(client, clock + 1)
    }
  }
}

test(
  '[RE7] [RE13] [RE15] [RE27] whatever happens, rows are gap-free, answers hold, and repeating changes nothing',
  { timeout: 60_000 },
  async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 30, maxLength: 80 }), async (steps) => {
        const disk = createMemoryDisk('epoch-1')
        const conversation = testConversationId(1)
        const crowd = await createCrowd(
          async () => createMemoryRelayStore(disk),
          () => viewOf(disk, conversation),
        )
        await crowd.run(steps)
        const held = disk.conversations.get(conversation)
        if (held === undefined) throw new Error('the conversation was never made')
        expectSound(held)
        const count = held.rows.length
        const answered = crowd.people.flatMap(({ sent }) => sent)
        for (const { verdict, id } of answered) {
          if (verdict?.class !== 'accepted') continue
          accepted += 1
          expect(held.rows[verdict.seq - 1]).toMatchObject({ id, seq: verdict.seq, time: verdict.time })
        }
        const ids = held.rows.filter(({ kind }) => kind !== 'head').map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
        const repeated = await crowd.repeatAll()
        const [known, unknown] = [true, false].map((is) =>
          repeated.filter(({ sent }) => ids.includes(sent.id) === is),
        )
        expect(known?.map(({ verdict }) => [verdict.class, 'seq' in verdict ? verdict.seq : 0])).toEqual(
          known?.map(({ sent }) => ['duplicate', seqOf(held, sent.id)]),
        )
        expect(unknown?.filter(({ verdict }) => verdict.class === 'duplicate')).toEqual([])
        expect(held.rows.filter(({ id }) => ids.includes(id)).length).toBe(ids.length)
        expect(held.rows.length).toBeGreaterThanOrEqual(count)
        expectSound(held)
        expect(crowd.faults).toEqual([])
      }),
      { numRuns: 150 },
    )
    expect(accepted).toBeGreaterThan(1000)
  },
)

function seqOf(held: MemoryConversation, id: string): number {
  return held.rows.find((row) => row.kind !== 'head' && row.id === id)?.seq ?? 0
}

/** The edits that stand are those that are there: of every message one at most, and of a recalled one none. */
function expectEdits({ rows, messages }: MemoryConversation): number {
  const standing = rows.filter(({ kind, operation }) => kind === 'entry' && operation === 'edit')
  const noted = [...messages.values()].flatMap(({ edit }) => (edit === null ? [] : [edit]))
  expect(noted.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(standing.map(({ seq }) => seq))
  expect([...messages.values()].filter(({ erased, edit }) => erased && edit !== null)).toEqual([])
  return standing.length
}

/** Nothing of a page before the first one of whoever has come is in the frame that tells of it, or in a later one. */
function expectHidden(name: string, frames: readonly RelayFrame[]): number {
  let since = 0
  let hidden = 0
  const look = (rows: readonly Row[], pages: readonly number[]): void => {
    for (const row of rows) since = row.kind === 'head' ? sinceAfter(name, row.change, since) : since
    const shown = rows.flatMap((row) => (row.kind === 'entry' || row.kind === 'erased' ? [row.page] : []))
    expect([...shown, ...pages].filter((page) => page < since)).toEqual([])
    hidden += rows.filter(({ kind }) => kind === 'hidden').length
  }
  for (const frame of frames) {
    if (frame.frame === 'rows') look(frame.rows, [])
    if (frame.frame !== 'sync') continue
    for (const { rows, whole, touched, last } of frame.news) {
      if (!whole) since = 0
      look(rows, [...touched.map(({ page }) => page), ...(last === null ? [] : [last.page])])
    }
  }
  return hidden
}

function sinceAfter(name: string, value: unknown, before: number): number {
  const parsed = parseChange(value)
  if (!parsed.ok) throw new Error(parsed.detail)
  const { change } = parsed
  const came =
    (change.op === 'added' && change.members.some((user) => user === name)) ||
    (change.op === 'joined' && change.by === name)
  return came && (change.op === 'added' || change.op === 'joined') ? (change.since ?? 0) : before
}

test(
  '[RE125] [RE131] whatever happens, one edit stands at most, and nothing hidden is shown',
  { timeout: 60_000 },
  async () => {
    let edits = 0
    let hidden = 0
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 30, maxLength: 80 }), async (steps) => {
        const disk = createMemoryDisk('epoch-1')
        const conversation = testConversationId(1)
        const crowd = await createCrowd(
          async () => createMemoryRelayStore(disk),
          () => viewOf(disk, conversation),
        )
        // The past is hidden from the beginning, more often than not.
        await crowd.run([{ do: 'policy', past: 'hidden' }, ...steps])
        const held = disk.conversations.get(conversation)
        if (held === undefined) throw new Error('the conversation was never made')
        expectSound(held)
        edits += expectEdits(held)
        for (const { name, device } of crowd.people) hidden += expectHidden(name, device.frames)
        for (const { device } of crowd.people) {
          const since = held.members.get(device.user)?.since ?? 0
          for (const page of [...held.pages.keys()].filter((number) => number < since)) {
            await device.take('fetch-answer')
            device.send({ frame: 'fetch', request: 1, conversation, page, after: 0 })
            const [answer] = await device.take('fetch-answer')
            expect(answer?.fetched.result).toBe('failed')
          }
        }
        expect(crowd.faults).toEqual([])
      }),
      { numRuns: 100 },
    )
    expect(edits).toBeGreaterThan(50)
    expect(hidden).toBeGreaterThan(50)
  },
)

test(
  '[RE30] [RE71] a command is answered the same for ever, whenever the relay dies',
  { timeout: 60_000 },
  async () => {
    let answered = 0
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 20, maxLength: 50 }), async (steps) => {
        const disk = createMemoryDisk('epoch-1')
        const conversation = testConversationId(1)
        const crowd = await createCrowd(
          async () => createMemoryRelayStore(disk),
          () => viewOf(disk, conversation),
        )
        await crowd.run(steps)
        const rows = disk.conversations.get(conversation)?.rows ?? []
        for (const { device, commands } of crowd.people) {
          for (const { id, command, answer } of commands) {
            await device.take('command-answer')
            device.command(conversation, command, id)
            const [again] = await device.take('command-answer')
            expect(JSON.stringify({ ...again?.verdict, class: '' })).toBe(answer)
            expect(rows.filter((row) => row.kind === 'head' && row.id === id).length).toBeLessThanOrEqual(1)
            answered += 1
          }
        }
      }),
      { numRuns: 100 },
    )
    expect(answered).toBeGreaterThan(150)
  },
)
