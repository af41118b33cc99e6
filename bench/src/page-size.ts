/**
 * What the limits of a page rest on: appending, loading and weighing pages of several sizes, and of several numbers of
 * writers.
 *
 * Yjs joins neighbouring items of one author by copying, so an author alone is the worst case for appending, and authors
 * in turn the worst case for the number of items; the figures name both.
 */
import { randomBytes } from 'node:crypto'
import { createPageWriter, makeClientId, maxPageEntries, type PageWriter, readPage } from '@parley/document'
import * as Y from 'yjs'
import { someEntryId, textOf, userOf } from './people.ts'
import { type Figure, type Run, type Scenario, type Size, usualRuns } from './scenario.ts'
import { median } from './statistics.ts'
import { sum } from './waiting.ts'

interface Course {
  readonly entries: readonly number[]
  readonly writers: readonly number[]
  /** Of each size as many pages as hold so many messages. */
  readonly messages: number
}

const full: Course = { entries: [128, 256, 512, 1024], writers: [16, 64, 256], messages: 4096 }
const tiny: Course = { entries: [16, 32], writers: [2, 8], messages: 64 }

/** Of each page, so that a median can be had of few pages. */
const loadsOfEach = 10

export const pageSize: Scenario = {
  name: 'page-size',
  about:
    'Pages of so many entries, written by two people in turn or by one alone. Append: the device’s own message, from the entry to the update. Apply: somebody else’s row, live; both to the last quarter of the page, medians of single calls. Load: the whole page from its rows, as a device shows it. State: what Yjs would keep for the page.',
  runs: usualRuns,
  run: async (size: Size): Promise<Run> => {
    const course = size === 'full' ? full : tiny
    const figures: Figure[] = []
    let checked = 0
    const add = (of: string, entries: number, writers: number): void => {
      const pages = measurePages(course.messages, entries, writers)
      checked += sum(pages.map((page) => page.checked))
      figures.push(...figuresOf(of, pages, entries))
    }
    // Until the engine knows what is hot, the first sizes would look dear.
    if (size === 'full') measurePages(course.messages, maxPageEntries, 2)
    for (const entries of course.entries) {
      add(`${entries} entries, two in turn`, entries, 2)
      add(`${entries} entries, one writer`, entries, 1)
    }
    const usual = Math.min(maxPageEntries, course.messages)
    for (const writers of course.writers) add(`${usual} entries, ${writers} writers`, usual, writers)
    return { figures, checked }
  },
}

/** Times are of single calls, in microseconds: their median is the same, or nearly so, on a busy machine. */
interface Measured {
  readonly checked: number
  readonly appends: readonly number[]
  readonly applies: readonly number[]
  readonly loads: readonly number[]
  readonly rowBytes: number
  readonly stateBytes: number
}

function figuresOf(of: string, pages: readonly Measured[], entries: number): readonly Figure[] {
  const load = median(pages.flatMap(({ loads }) => loads))
  const mean = (value: (page: Measured) => number): number => sum(pages.map(value)) / pages.length
  return [
    { of, name: 'append', unit: 'µs', value: median(pages.flatMap(({ appends }) => appends)) },
    { of, name: 'apply', unit: 'µs', value: median(pages.flatMap(({ applies }) => applies)) },
    { of, name: 'load a page', unit: 'ms', value: load / 1000 },
    { of, name: 'load a message', unit: 'µs', value: load / entries },
    { of, name: 'rows', unit: 'kB', value: mean(({ rowBytes }) => rowBytes) / 1000 },
    { of, name: 'state', unit: 'kB', value: mean(({ stateBytes }) => stateBytes) / 1000 },
  ]
}

function measurePages(messages: number, entries: number, writers: number): readonly Measured[] {
  const pages = Math.max(1, Math.floor(messages / entries))
  return Array.from({ length: pages }, () => measurePage(entries, writers))
}

/** Writers take turns; each has a replica of its own, and the one who writes is measured, as is one who only reads. */
function measurePage(entries: number, writers: number): Measured {
  const replicas = Array.from({ length: writers }, () => replica())
  const reader = replica()
  const rows: Uint8Array[] = []
  const appends: number[] = []
  const applies: number[] = []
  for (let n = 0; n < entries; n += 1) {
    const author = replicas[n % writers] ?? reader
    for (const row of rows.slice(author.applied)) author.writer.apply(row)
    const entry = entryOf(n)
    let update: Uint8Array = new Uint8Array()
    appends.push(
      timeOf(() => {
        update = author.writer.append(entry).update
      }),
    )
    author.applied = n + 1
    rows.push(update)
    applies.push(timeOf(() => reader.writer.apply(update)))
  }
  const loads = Array.from({ length: loadsOfEach }, () =>
    timeOf(() => createPageWriter({ client: someClient(), rows, pending: [] }).dispose()),
  )
  const stateBytes = Y.encodeStateAsUpdate(reader.writer.doc).length
  for (const { writer } of [...replicas, reader]) writer.dispose()
  const held = readPage(rows).length
  if (held !== entries) throw new Error(`a page of ${entries} entries holds ${held}`)
  const lastQuarter = Math.floor((entries * 3) / 4)
  return {
    checked: held,
    appends: appends.slice(lastQuarter),
    applies: applies.slice(lastQuarter),
    loads,
    rowBytes: sum(rows.map((row) => row.length)),
    stateBytes,
  }
}

function timeOf(call: () => void): number {
  const begin = performance.now()
  call()
  return (performance.now() - begin) * 1000
}

interface Replica {
  readonly writer: PageWriter
  applied: number
}

function replica(): Replica {
  return { writer: createPageWriter({ client: someClient(), rows: [], pending: [] }), applied: 0 }
}

function someClient(): number {
  return makeClientId(randomBytes(8))
}

function entryOf(n: number): Parameters<PageWriter['append']>[0] {
  return { id: someEntryId(), from: userOf('author'), sentAt: Date.now(), type: -1, text: textOf(n) }
}
