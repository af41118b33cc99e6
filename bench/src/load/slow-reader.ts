/** A member who stops reading, and what he is told once he reads again. */
import { readAppend, readEntry, type UserId } from '@parley/document'
import { decodeRelayFrame, type News, type RelayFrame, type Row } from '@parley/wire'
import { pause } from '../waiting.ts'
import { type End, openRaw, type RawDevice } from './raw-device.ts'

export interface SlowReader {
  readonly device: RawDevice
  readonly end: End | undefined
  readonly lateSyncs: number
  readonly lastSeq: number
  /** Waits for news of this row, fetches the pages it was told have moved, and answers which messages it has. */
  readonly complete: (seq: number) => Promise<ReadonlySet<number>>
}

const patienceMs = 60_000

export async function openSlow(port: number, user: UserId): Promise<SlowReader> {
  const messages = new Set<number>()
  const asked = new Map<number, () => void>()
  const touched = new Set<number>()
  let conversation = ''
  let lastSeq = 0
  let lateSyncs = 0
  let live = false
  let request = 0

  const keep = (rows: readonly Row[]): void => {
    for (const { seq } of rows) lastSeq = Math.max(lastSeq, seq)
    for (const number of messagesIn(rows)) messages.add(number)
  }
  const hearNews = (news: News): void => {
    conversation = news.conversation
    keep(news.rows)
    lastSeq = Math.max(lastSeq, news.seq)
    for (const { page } of news.touched) touched.add(page)
  }
  const hear = (frame: RelayFrame): void => {
    if (frame.frame === 'sync') {
      if (live) lateSyncs += 1
      for (const news of frame.news) hearNews(news)
    }
    if (frame.frame === 'fetch-answer' && frame.fetched.result === 'rows') {
      keep(frame.fetched.rows)
      if (!frame.fetched.more) asked.get(frame.request)?.()
    }
  }
  const device = await openRaw({
    port,
    user,
    hear,
    hearRows(bytes) {
      const decoded = decodeRelayFrame(bytes)
      if (decoded.ok && decoded.frame.frame === 'rows') keep(decoded.frame.rows)
    },
  })
  live = true

  const fetch = async (page: number): Promise<void> => {
    request += 1
    const id = request
    await Promise.race([
      new Promise<void>((resolve) => {
        asked.set(id, resolve)
        device.send({ frame: 'fetch', request: id, conversation, page, after: 0 })
      }),
      pause(patienceMs),
    ])
  }
  return {
    device,
    get end() {
      return device.end
    },
    get lateSyncs() {
      return lateSyncs
    },
    get lastSeq() {
      return lastSeq
    },
    async complete(seq) {
      const until = performance.now() + patienceMs
      const waits = (): boolean => lastSeq < seq && device.end === undefined && performance.now() < until
      while (waits()) await pause(20)
      const pages = [...touched]
      for (let at = 0; at < pages.length && device.end === undefined; at += 16)
        await Promise.all(pages.slice(at, at + 16).map(fetch))
      return messages
    },
  }
}

/** The writer numbers messages by the time they claim. */
export function messagesIn(rows: readonly Row[]): readonly number[] {
  return rows.flatMap((row) => {
    const append = row.kind === 'entry' ? readAppend(row.update) : undefined
    const read = append?.ok === true ? readEntry(append.append.content) : undefined
    return read?.ok === true ? [read.entry.sentAt] : []
  })
}
