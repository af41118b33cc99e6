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
import { milliseconds } from './stopwatch.ts'
import { sum } from './waiting.ts'

interface Course {
  readonly entries: readonly number[]
  readonly writers: readonly number[]
  /** Of each size as many pages as hold so many messages. */
  readonly messages: number
}

const full: Course = { entries: [128, 256, 512, 1024], writers: [2, 16, 64, 256], messages: 2048 }
const tiny: Course = { entries: [16, 32], writers: [2, 8], messages: 64 }

/** The limit as it is. */
const writersPageEntries = maxPageEntries

export const pageSize: Scenario = {
  name: 'page-size',
  about:
    'Pages of so many entries, written by two people in turn or by one alone. Append: the device’s own message, from the entry to the update. Apply: somebody else’s row, live. Load: the whole page from its rows, as a device shows it. State: what Yjs would keep for the page.',
  runs: usualRuns,
  run: async (size: Size): Promise<Run> => {
    const course = size === 'full' ? full : tiny
    const figures: Figure[] = []
    let checked = 0
    // Until the engine knows what is hot, the first sizes would look dear.
    if (size === 'full') measurePages(4, maxPageEntries, 2)
    for (const entries of course.entries) {
      for (const writers of [2, 1]) {
        const pages = Math.ceil(course.messages / entries)
        const measured = measurePages(pages, entries, writers)
        checked += measured.checked
        const of = `${entries} entries, ${writers === 1 ? 'one writer' : 'two in turn'}`
        figures.push(...figuresOf(of, measured, entries))
      }
    }
    for (const writers of course.writers) {
      const entries = Math.min(writersPageEntries, course.messages)
      const measured = measurePages(Math.ceil(course.messages / entries), entries, writers)
      checked += measured.checked
      figures.push(...figuresOf(`${entries} entries, ${writers} writers`, measured, entries))
    }
    return { figures, checked }
  },
}

interface Measured {
  readonly checked: number
  readonly appendUs: number
  readonly applyUs: number
  readonly loadMs: number
  readonly rowBytes: number
  readonly stateBytes: number
}

function figuresOf(of: string, measured: Measured, entries: number): readonly Figure[] {
  const { appendUs, applyUs, loadMs, rowBytes, stateBytes } = measured
  return [
    { of, name: 'append', unit: 'µs', value: appendUs },
    { of, name: 'apply', unit: 'µs', value: applyUs },
    { of, name: 'load a page', unit: 'ms', value: loadMs },
    { of, name: 'load a message', unit: 'µs', value: (loadMs * 1000) / entries },
    { of, name: 'rows', unit: 'kB', value: rowBytes / 1000 },
    { of, name: 'state', unit: 'kB', value: stateBytes / 1000 },
  ]
}

function measurePages(pages: number, entries: number, writers: number): Measured {
  const measured: Measured[] = []
  for (let page = 0; page < pages; page += 1) measured.push(measurePage(entries, writers))
  const mean = (value: (one: Measured) => number): number => sum(measured.map(value)) / pages
  return {
    checked: sum(measured.map((one) => one.checked)),
    appendUs: mean((one) => one.appendUs),
    applyUs: mean((one) => one.applyUs),
    loadMs: mean((one) => one.loadMs),
    rowBytes: mean((one) => one.rowBytes),
    stateBytes: mean((one) => one.stateBytes),
  }
}

/** Writers take turns; each has a replica of its own, and the one who writes is measured, as is one who only reads. */
function measurePage(entries: number, writers: number): Measured {
  const replicas = Array.from({ length: writers }, () => replica())
  const reader = replica()
  const rows: Uint8Array[] = []
  let appendMs = 0
  let applyMs = 0
  for (let n = 0; n < entries; n += 1) {
    const author = replicas[n % writers] ?? reader
    for (const row of rows.slice(author.applied)) author.writer.apply(row)
    let update: Uint8Array = new Uint8Array()
    appendMs += milliseconds(() => {
      update = author.writer.append(entryOf(n)).update
    })
    author.applied = n + 1
    rows.push(update)
    applyMs += milliseconds(() => {
      reader.writer.apply(update)
    })
  }
  let loaded: PageWriter | undefined
  const loadMs = milliseconds(() => {
    loaded = createPageWriter({ client: someClient(), rows, pending: [] })
  })
  const stateBytes = loaded === undefined ? 0 : Y.encodeStateAsUpdate(loaded.doc).length
  for (const { writer } of [...replicas, reader]) writer.dispose()
  loaded?.dispose()
  const held = readPage(rows).length
  if (held !== entries) throw new Error(`a page of ${entries} entries holds ${held}`)
  return {
    checked: held,
    appendUs: (appendMs * 1000) / entries,
    applyUs: (applyMs * 1000) / entries,
    loadMs,
    rowBytes: sum(rows.map((row) => row.length)),
    stateBytes,
  }
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
