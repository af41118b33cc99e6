import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemoryDisk, createMemoryRelayStore, type MemoryDisk } from '../memory-store.ts'
import type { RelayCommit, RelayStore } from '../store.ts'
import { plain } from '../testing/check.ts'
import {
  commitOf,
  conversationRecord,
  entryRow,
  lunch,
  mary,
  memberRecord,
  tom,
} from '../testing/store-records.ts'
import { decodeJournal } from './sqlite-journal-read.ts'
import { anyStep, createCommitMaker } from './sqlite-journal.test-data.ts'
import { inJournal, isPartlySettled, killedCopy } from './sqlite-journal.test-kit.ts'
import { encodeJournal } from './sqlite-journal.ts'
import { openStore } from './sqlite-store.ts'

function expectSettled(directory: string): void {
  expect(inJournal(directory)).toBe(0)
}

async function expectRefused(store: RelayStore, commit: RelayCommit): Promise<void> {
  await expect(store.commit(commit)).rejects.toThrow('does not follow')
}

const anyPace = fc.record({ enough: fc.constantFrom(3, 8, 20, 4096), step: fc.constantFrom(1, 10, 30) })

type Question = (store: RelayStore) => Promise<unknown>

const inOrder = (values: readonly unknown[]): readonly string[] =>
  values.map((value) => plain(value)).toSorted()

/** Reads of every kind, of everything that is there. */
function questions(disk: MemoryDisk): readonly Question[] {
  const asked: Question[] = [
    async (store) => store.position,
    async (store) => inOrder(await store.usage([tom, mary])),
  ]
  for (const user of [tom, mary]) {
    asked.push(async (store) => store.feed(user, 0, 10, true))
    asked.push(async (store) => store.feed(user, disk.position - 3, 2, false))
    asked.push(async (store) => store.peopleSince(user, 0, 10))
    asked.push(async (store) => store.tagHolder(user, 't3'))
  }
  for (const [id, held] of disk.conversations) {
    asked.push(
      async (store) => {
        const stored = (await store.conversations([id])).get(id)
        return [{ ...stored, members: inOrder(stored?.members ?? []) }, await store.head(id)]
      },
      async (store) => store.conversation(id),
      async (store) => [await store.member(id, tom), await store.member(id, mary)],
      async (store) => inOrder(await store.pages(id, [...held.pages.keys(), 99])),
      async (store) => inOrder(await store.writers([...held.writers.values()])),
      async (store) => inOrder(await store.messages([...held.messages.values()])),
      async (store) => inOrder(await store.marks([tom, mary].map((user) => ({ conversation: id, user })))),
      async (store) => store.marksSince(id, disk.position - 4, 9),
    )
    for (const { seq, page, client, clock } of held.rows.slice(-20)) {
      asked.push(async (store) => [await store.row(id, seq), await store.rowAt(id, page, client, clock)])
    }
    for (const page of held.pageRows.keys()) asked.push(async (store) => store.pageRows(id, page, 3, 10))
    for (const above of [0, disk.position - 5]) {
      asked.push(async (store) => store.rowsSince(id, above, held.rows.length - 1, 7))
      asked.push(async (store) => store.rowsSince(id, above, 1000, 1000))
      asked.push(async (store) => store.pagesSince(id, above))
      asked.push(async (store) => store.recalledSince(id, above, 1000, mary))
      asked.push(async (store) => store.mentionedSince(id, above, 1000, mary, 3))
    }
  }
  return asked
}

test(
  '[RE300] [RE301] [RE302] [RE304] [RE370] [RE371] whatever is committed, settled in whatever steps, and whenever it is read, closed or killed: SQLite holds what memory holds',
  { timeout: 120_000 },
  async () => {
    const seen = { journaled: 0, kills: 0, failed: 0, partly: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 10, maxLength: 60 }), anyPace, async (steps, pace) => {
        const base = mkdtempSync(join(tmpdir(), 'parley-relay-'))
        const disk = createMemoryDisk('in memory')
        const memory = createMemoryRelayStore(disk)
        const maker = createCommitMaker()
        let lives = 0
        let directory = join(base, '0')
        let store = await openStore({ directory }, pace)
        const ask = async (question: Question): Promise<void> => {
          expect(plain(await question(store))).toBe(plain(await question(memory)))
        }
        for (const step of steps) {
          if (step.do === 'read') {
            const all = questions(disk)
            const question = all[step.which % all.length]
            if (question !== undefined) await ask(question)
          } else if (step.do === 'close' || step.do === 'kill') {
            lives += 1
            const before = store
            if (step.do === 'kill') {
              seen.kills += inJournal(directory) > 0 ? 1 : 0
              seen.partly += isPartlySettled(directory) ? 1 : 0
              killedCopy(directory, join(base, `${lives}`))
              directory = join(base, `${lives}`)
            }
            await before.close()
            store = await openStore({ directory }, pace)
            expectSettled(directory)
          } else {
            const commit = maker.make(step)
            if (commit === undefined) continue
            if (step.do === 'bad' && maker.conversations > 0 && commit.rows.length === 2) {
              seen.failed += 1
              await expectRefused(store, commit)
              continue
            }
            await store.commit(commit)
            await memory.commit(commit)
            seen.journaled += inJournal(directory) > 0 ? 1 : 0
          }
        }
        for (const question of questions(disk)) await ask(question)
        await store.close()
        rmSync(base, { recursive: true })
      }),
      { numRuns: 40 },
    )
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0)
  },
)

const memory = (): Uint8Array => new Uint8Array(10)

const next = (more: Partial<RelayCommit>): RelayCommit =>
  commitOf(3, { rows: [entryRow(lunch, 3, 3)], ...more })

test('[RE306] what is written into the journal is read again as it was', () => {
  let journaled = 0
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 5, maxLength: 30 }), (steps) => {
      const maker = createCommitMaker()
      for (const step of steps) {
        const commit = maker.make(step)
        const encoded = commit === undefined ? undefined : encodeJournal(commit, memory, () => true)
        if (commit === undefined || encoded === undefined) continue
        journaled += 1
        expect(plain(decodeJournal(encoded.bytes))).toBe(plain(commit))
        expect(plain(encoded.updates)).toBe(plain(commit.rows.map(({ update }) => update)))
      }
    }),
  )
  expect(journaled).toBeGreaterThan(100)
})

test('[RE306] names, large numbers and texts of every alphabet are read again', () => {
  const long = 'Ω'.repeat(300)
  const numbers = [0, 127, 128, 2 ** 28, 2 ** 31 - 1, 2 ** 31, 2 ** 35 + 5, Number.MAX_SAFE_INTEGER]
  for (const value of numbers) {
    const commit = next({
      conversations: [
        conversationRecord(lunch, 3, 3, { name: long, icon: '🍜', createdAt: value, unique: true }),
      ],
      members: [memberRecord(lunch, tom, 3, { mutedUntil: value })],
      usage: [{ user: tom, created: 0, joined: -1, bytes: -Math.floor(value / 4) }],
    })
    const encoded = encodeJournal(commit, memory, () => true)
    expect(plain(decodeJournal(encoded?.bytes ?? new Uint8Array()))).toBe(plain(commit))
  }
})

test('[RE306] what could not be read again is not written', () => {
  for (const value of [-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
    const commit = next({ conversations: [conversationRecord(lunch, 3, 3, { time: value })] })
    expect(() => encodeJournal(commit, memory, () => true)).toThrow('no number of the log')
  }
})
