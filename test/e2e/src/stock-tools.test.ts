// The published y-websocket and y-indexeddb, unchanged, read a conversation along: live, after a reload without a network,
// with what was recalled gone, and from page to page.

import { expect, onTestFinished, test } from 'vitest'
import { type Device, openDevice } from './device.ts'
import { type RelayProcess, startRelay, temporaryFolder } from './relay-process.ts'
import { type Reader, openReader } from './stock/reader.ts'
import { until } from './waiting.ts'

test(
  '[EE6] [EE7] [EE8] stock tools follow live, read offline, and lose what was recalled',
  { timeout: 120_000 },
  async () => {
    const { relay, tom } = await setUp()
    const conversation = await tom.client.createConversation({ members: ['Jerry'], name: 'Read along' })
    const first = await conversation.send('Said before Jerry opened it')
    await first.sent
    const head = `c/${conversation.id}`
    const page = `${head}/1`

    const reader = await openReader('Jerry', relay.port)
    await reader.load([head, page])
    await seesText(reader, page, 'Said before Jerry opened it')
    await until('the head', async () => (pagesOf(await reader.head(head)) === 1 ? true : undefined))
    expect(await reader.head(head)).toMatchObject({
      info: { name: 'Read along', creator: 'Tom' },
      members: { Tom: { role: 'owner' }, Jerry: { role: 'member' } },
    })
    await conversation.send('Said while he looks')
    await seesText(reader, page, 'Said while he looks')

    // Without a network: what he had is there again, from y-indexeddb alone.
    const before = await reader.entries(page)
    reader.network.cut()
    await reader.load([head, page])
    expect(await reader.connected(page)).toBe(false)
    expect(await reader.entries(page)).toEqual(before)
    expect(await reader.head(head)).toMatchObject({ info: { name: 'Read along' } })

    expect(await reader.holds(page, 'Said before Jerry opened it')).toBe(true)

    // What was recalled meanwhile is gone when he comes back, and stays gone when he loads again without a network.
    await (
      await conversation.recall(first)
    ).confirmed
    await conversation.send('Said while he was away')
    reader.network.lead(relay.port)
    await seesText(reader, page, 'Said while he was away')
    const after = await reader.entries(page)
    expect(textsOf(after)).toEqual(['Said while he looks', 'Said while he was away'])
    expect(after).toContainEqual(expect.objectContaining({ op: 'recall', target: first.id }))
    expect(await reader.holds(page, 'Said before Jerry opened it')).toBe(false)
    reader.network.cut()
    await reader.load([head, page])
    expect(await reader.entries(page)).toEqual(after)
    expect(await reader.holds(page, 'Said before Jerry opened it')).toBe(false)
  },
)

test('[EE9] a new page is learned of from the head', { timeout: 120_000 }, async () => {
  const { relay, tom } = await setUp()
  const conversation = await tom.client.createConversation({ members: ['Jerry'], name: 'Two pages' })
  const head = `c/${conversation.id}`
  await (
    await conversation.send('the first')
  ).sent
  const reader = await openReader('Jerry', relay.port)
  await reader.load([head, `${head}/1`])
  await until('the head says one page', async () =>
    pagesOf(await reader.head(head)) === 1 ? true : undefined,
  )

  let sent = 1
  while (pagesOf(await reader.head(head)) === 1) {
    const batch = []
    for (let index = 0; index < 50; index += 1) batch.push(await conversation.send(`number ${(sent += 1)}`))
    await Promise.all(batch.map((message) => message.sent))
  }
  await (
    await conversation.send('the last')
  ).sent
  await reader.page.evaluate((name) => window.stock.open(name), `${head}/2`)
  await seesText(reader, `${head}/2`, 'the last')
  const all = [...textsOf(await reader.entries(`${head}/1`)), ...textsOf(await reader.entries(`${head}/2`))]
  const numbers = Array.from({ length: sent - 1 }, (_, index) => `number ${index + 2}`)
  expect(all).toEqual(['the first', ...numbers, 'the last'])
})

test(
  '[EE10] what stock tools write in the name of somebody else reaches nobody',
  { timeout: 120_000 },
  async () => {
    const { relay, tom } = await setUp()
    const conversation = await tom.client.createConversation({ members: ['Jerry'], name: 'Hands off' })
    await (
      await conversation.send('Untouched')
    ).sent
    const page = `c/${conversation.id}/1`
    const writer = await openReader('Jerry', relay.port)
    await writer.load([page])
    await seesText(writer, page, 'Untouched')
    await writer.page.evaluate(
      (name) =>
        window.stock.write(name, {
          id: 'AAAAAAAAAAAAAAAAAAAAAA',
          from: 'Tom',
          sentAt: 1,
          type: -1,
          text: 'Forged',
        }),
      page,
    )

    // What Tom says afterwards arrives; what was forged before it did not.
    await (
      await conversation.send('Said after')
    ).sent
    const reader = await openReader('Jerry', relay.port)
    await reader.load([page])
    await seesText(reader, page, 'Said after')
    expect(textsOf(await reader.entries(page))).toEqual(['Untouched', 'Said after'])
    const history = await conversation.queryMessages({ limit: 10 })
    expect(history.map((message) => message.getText())).toEqual(['Untouched', 'Said after'])
  },
)

async function setUp(): Promise<{ readonly relay: RelayProcess; readonly tom: Device }> {
  const data = temporaryFolder('relay')
  onTestFinished(data.dispose)
  const relay = await startRelay({ data: data.path })
  onTestFinished(() => relay.end('SIGTERM').then(() => undefined))
  const tom = await openDevice('Tom', relay.port)
  onTestFinished(tom.close)
  return { relay, tom }
}

async function seesText(reader: Reader, page: string, text: string): Promise<void> {
  await until(`the stock page shows “${text}”`, async () =>
    textsOf(await reader.entries(page)).includes(text) ? true : undefined,
  )
}

function textsOf(entries: readonly unknown[]): readonly string[] {
  return entries.flatMap((entry) =>
    typeof entry === 'object' && entry !== null && 'text' in entry ? [String(entry.text)] : [],
  )
}

function pagesOf(head: unknown): number | undefined {
  if (typeof head !== 'object' || head === null || !('info' in head)) return undefined
  const { info } = head
  return typeof info === 'object' && info !== null && 'pages' in info ? Number(info.pages) : undefined
}
