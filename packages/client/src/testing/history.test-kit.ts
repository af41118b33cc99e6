/** Long conversations, pages of which may be missing here, and a relay that answers for them. */
import type { DeviceFrame, Row } from '@parley/wire'
import type { HistoryQuery, MessageView } from '../engine-types.ts'
import type { TestDevice, TestDeviceOptions, TestSurroundings } from './device.test-kit.ts'
import { startDevice } from './device.test-kit.ts'
import { createScript, type Script } from './script.test-kit.ts'
import { conversationId, entryId, jerry, settle, tom } from './values.test-kit.ts'

export const lunch = conversationId(1)

export interface Talk {
  /** Messages of each page, the last of which is open. */
  readonly sizes: readonly number[]
  /** Which messages are taken back, counted from 1. */
  readonly recalled?: readonly number[]
  /** So many sequences share one time of the relay's. */
  readonly together?: number
}

/** Message n has the id `entryId(n)` and says `n`; each fourth one is of type 7. */
export function talk({ sizes, recalled = [], together = 1 }: Talk): Script {
  const script = createScript(lunch, { by: jerry, members: [tom] })
  let n = 0
  sizes.forEach((size, page) => {
    if (page > 0) script.change({ op: 'page', pages: script.pages + 1 })
    for (let written = 0; written < size; written += 1) {
      n += 1
      const type = n % 4 === 0 ? 7 : -1
      const row = script.write({
        id: entryId(n),
        from: n % 3 === 0 ? tom : jerry,
        sentAt: n,
        type,
        text: `${n}`,
      })
      if (recalled.includes(n)) script.recall(row)
    }
  })
  return together === 1 ? script : retimed(script, (time) => time - (time % together))
}

function retimed(script: Script, timeOf: (time: number) => number): Script {
  const retime = <R extends Row>(row: R): R => ({ ...row, time: timeOf(row.time) })
  // What stands on it goes on changing: only what is told of it is another time.
  return Object.create(script, {
    page: {
      value: (page: number, after?: number) => {
        const fetched = script.page(page, after)
        return { ...fetched, rows: fetched.rows.map(retime) }
      },
    },
    news: {
      value: (more?: Parameters<Script['news']>[0]) => {
        const news = script.news(more)
        const last = news.last === null ? null : retime(news.last)
        return { ...news, time: timeOf(news.time), rows: news.rows.map(retime), last, ...more }
      },
    },
  }) as Script
}

/** Tom's device, which has heard of the conversation and holds nothing of it; idle work fetches nothing. */
export async function stranger(script: Script, options: TestDeviceOptions = {}): Promise<TestDevice> {
  const device = await startDevice({ limits: { maxCachedPages: 2, maxIdleConversations: 0 }, ...options })
  await device.connect({ news: [summary(script)] })
  device.sent()
  return device
}

function summary(script: Script): ReturnType<Script['news']> {
  // Of the older ones the device has not heard.
  const first = Math.max(1, script.pages - 20)
  const pages = Array.from({ length: script.pages - first + 1 }, (_, at) => first + at)
  return script.news({ whole: false, rows: [], touched: pages.map((page) => script.touched(page)) })
}

/** The same, holding these pages. */
export async function holder(
  script: Script,
  pages: readonly number[],
  options: TestDeviceOptions = {},
): Promise<TestDevice> {
  const device = await stranger(script, options)
  const everything = { limit: 1000, direction: 'old-to-new' } as const
  await served(device, script, device.engine.history(lunch, everything), (page) => pages.includes(page))
  return device
}

/** Answers what is fetched until the call is done; `pages` are those asked for, `others` the frames that ask for nothing. */
export async function served<T>(
  { sent, say }: Pick<TestSurroundings, 'sent' | 'say'>,
  script: Script,
  call: Promise<T>,
  has: (page: number) => boolean = () => true,
  pages: number[] = [],
  others: DeviceFrame[] = [],
): Promise<T> {
  const state = { done: false }
  const end = (): void => {
    state.done = true
  }
  call.then(end, end)
  for (let turns = 0; !state.done; turns += 1) {
    if (turns > 5000) throw new Error('it never ends')
    for (const frame of sent()) {
      if (frame.frame !== 'fetch') others.push(frame)
      if (frame.frame !== 'fetch') continue
      const { request, conversation, page, after } = frame
      if (page > 0) pages.push(page)
      const failed = { result: 'failed', code: 'overloaded', detail: 'no' } as const
      const fetched = page === 0 ? script.head() : has(page) ? script.page(page, after) : failed
      await say({ frame: 'fetch-answer', request, conversation, fetched })
    }
    await settle()
  }
  return call
}

/** What a query answers, and the pages that were fetched for it. */
export async function asked(
  device: TestDevice,
  script: Script,
  query: HistoryQuery,
): Promise<{
  readonly ids: readonly string[]
  readonly missing: readonly number[]
  readonly pages: readonly number[]
}> {
  const pages: number[] = []
  const { messages, missing } = await served(
    device,
    script,
    device.engine.history(lunch, query),
    () => true,
    pages,
  )
  return { ids: idsOf(messages), missing, pages }
}

export const idsOf = (views: readonly { readonly id: string }[]): readonly string[] =>
  views.map(({ id }) => id)

export const wordsOf = (
  views: readonly { readonly text?: string; readonly type: number }[],
): readonly string[] => views.map(({ text, type }) => (type === -127 ? '(recalled)' : (text ?? '')))

/** Every message of the script as a device shows it that holds everything. */
export async function everythingOf(script: Script): Promise<readonly MessageView[]> {
  const device = await stranger(script)
  const { messages } = await served(device, script, device.engine.history(lunch, { limit: 1000 }))
  return messages
}
