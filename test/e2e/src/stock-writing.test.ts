// The published y-websocket and y-indexeddb, unchanged, write into a conversation beside devices: live, after a reload without
// a network, over a recall, and against the rules.

import type { Conversation, IMClient } from '@parley/client'
import { expect, onTestFinished, test } from 'vitest'
import { openDevice } from './device.ts'
import { type RelayProcess, startRelay, temporaryFolder } from './relay-process.ts'
import { type Reader, openReader } from './stock/reader.ts'
import { until } from './waiting.ts'

/** How the bytes of a document end in which nothing is deleted. */
const noDeletions = /00$/

interface Setting {
  readonly relay: RelayProcess
  readonly tom: IMClient
  readonly conversation: Conversation
  /** The name of the first page. */
  readonly page: string
}

test(
  '[EE26] what a stock page writes is a message to devices, which answer it',
  { timeout: 120_000 },
  async () => {
    const { relay, conversation, page } = await setUp()
    const jerry = await openReader('Jerry', relay.port)
    await jerry.load([page])
    await jerry.say(page, 'From a stock page')
    await hears(conversation, ['From a stock page'])
    const [message] = await conversation.queryMessages({ limit: 1 })
    if (message === undefined) throw new Error('The history has no message.')
    expect([message.from, message.type]).toEqual(['Jerry', -1])
    expect(conversation.unreadMessagesCount).toBe(1)
    await (
      await conversation.react(message, '👍')
    ).confirmed
    await (
      await conversation.send('An answer')
    ).sent
    await shows(jerry, page, ['From a stock page', 'An answer'])
    expect(await jerry.entries(page)).toContainEqual(
      expect.objectContaining({ op: 'react', target: message.id, from: 'Tom' }),
    )
    await jerry.say(page, 'And on', 'and on')
    await hears(conversation, ['From a stock page', 'An answer', 'And on', 'and on'])
    expect(await jerry.closes(page)).toEqual([])
  },
)

test(
  '[EE27] [EE28] what was written offline arrives once after a reload, and echoes change nothing',
  { timeout: 120_000 },
  async () => {
    const { relay, conversation, page } = await setUp()
    await (
      await conversation.send('one')
    ).sent
    const jerry = await openReader('Jerry', relay.port)
    await jerry.load([page])
    await shows(jerry, page, ['one'])
    jerry.network.cut()
    await jerry.say(page, 'two')
    await jerry.say(page, 'three', 'four')
    await jerry.load([page])
    expect(textsOf(await jerry.entries(page))).toEqual(['one', 'two', 'three', 'four'])
    // Of another document than the one before it, which is closed.
    await jerry.say(page, 'five')
    await jerry.load([page])
    jerry.network.lead(relay.port)
    const all = ['one', 'two', 'three', 'four', 'five']
    await hears(conversation, all)

    const reader = await openReader('Mary', relay.port)
    await reader.load([page])
    await shows(reader, page, all)
    await jerry.page.evaluate((name) => window.stock.echo(name), page)
    jerry.network.cut()
    jerry.network.lead(relay.port)
    await until('Jerry is back', async () => ((await jerry.connected(page)) ? true : undefined))
    await jerry.page.evaluate((name) => window.stock.echo(name), page)
    await jerry.load([page])
    await jerry.say(page, 'six')
    await hears(conversation, [...all, 'six'])
    await shows(reader, page, [...all, 'six'])
    expect(textsOf(await jerry.entries(page))).toEqual([...all, 'six'])
    expect(await reader.bytes(page)).toBe(await jerry.bytes(page))
    expect(await reader.bytes(page)).toMatch(noDeletions)
    expect((await jerry.closes(page)).filter(([code]) => code >= 4000)).toEqual([])
  },
)

test(
  '[EE28] [EE29] a recall erases what a stock page wrote, there too, and its return is no offence',
  { timeout: 120_000 },
  async () => {
    const { relay, conversation, page } = await setUp()
    const device = await openDevice('Jerry', relay.port)
    onTestFinished(device.close)
    const jerry = await openReader('Jerry', relay.port)
    await jerry.load([page])
    await jerry.say(page, 'Taken back while he looks', 'Taken back while he is away', 'Stays')
    const own = await device.client.getConversation(conversation.id)
    if (own === null) throw new Error('Jerry does not know the conversation.')
    await hears(own, ['Taken back while he looks', 'Taken back while he is away', 'Stays'])
    const [first, second] = await own.queryMessages({ limit: 3 })
    if (first === undefined || second === undefined) throw new Error('The history is too short.')
    await (
      await own.recall(first)
    ).confirmed
    await shows(jerry, page, ['Taken back while he is away', 'Stays'])
    jerry.network.cut()
    await (
      await own.recall(second)
    ).confirmed
    await jerry.say(page, 'Said while away')
    jerry.network.lead(relay.port)
    await shows(jerry, page, ['Stays', 'Said while away'])
    await jerry.load([page])
    await jerry.page.evaluate((name) => window.stock.echo(name), page)
    await jerry.say(page, 'After it')
    await hears(conversation, ['', '', 'Stays', 'Said while away', 'After it'])
    await shows(jerry, page, ['Stays', 'Said while away', 'After it'])
    expect(await jerry.holds(page, 'Taken back while he')).toBe(false)
    expect((await jerry.closes(page)).filter(([code]) => code >= 4000)).toEqual([])
  },
)

test(
  '[EE30] an offence ends in reading only, for a while, and touches nobody else',
  { timeout: 120_000 },
  async () => {
    const { relay, conversation, page } = await setUp()
    await (
      await conversation.send('one')
    ).sent
    const honest = await openReader('Mary', relay.port)
    await honest.load([page])
    await shows(honest, page, ['one'])
    const before = await honest.bytes(page)

    // The document that offends is thrown away by its page; another one of the same user is asked when the time is over.
    const offender = await openReader('Jerry', relay.port)
    const beside = await openReader('Jerry', relay.port)
    await Promise.all([offender.load([page]), beside.load([page])])
    await Promise.all([shows(offender, page, ['one']), shows(beside, page, ['one'])])
    const warned: string[] = []
    offender.page.on('console', (line) => warned.push(line.text()))
    await offender.page.evaluate((name) => window.stock.remove(name, 0), page)
    await until('the socket is closed', async () =>
      (await offender.closes(page)).length > 0 ? true : undefined,
    )
    expect(await offender.closes(page)).toEqual([[4540, 'not-an-append']])
    expect(await honest.bytes(page)).toBe(before)
    await beside.say(page, 'Said while only reading')
    await (
      await conversation.send('two')
    ).sent
    await Promise.all([
      shows(offender, page, ['two']),
      shows(beside, page, ['one', 'Said while only reading', 'two']),
    ])
    expect(textsOf(await honest.entries(page))).toEqual(['one', 'two'])
    expect(warned.some((line) => line.includes('Parley: what was written was refused (not-an-append)'))).toBe(
      true,
    )
    await until('the page is told that it only reads', () =>
      warned.some((line) => line.includes('Parley: read-only for 5 s')) ? true : undefined,
    )
    await offender.page.close()

    await hears(conversation, ['one', 'two', 'Said while only reading'])
    await shows(honest, page, ['one', 'two', 'Said while only reading'])
    const late = await openReader('Tom', relay.port)
    await late.load([page])
    await shows(late, page, ['one', 'two', 'Said while only reading'])
    expect(await late.bytes(page)).toBe(await honest.bytes(page))
  },
)

test(
  '[EE40] who offers the offence again only reads for twice as long, and hears the others all the time',
  { timeout: 120_000 },
  async () => {
    const { conversation, page, relay } = await setUp()
    await (
      await conversation.send('one')
    ).sent
    const offender = await openReader('Jerry', relay.port)
    const warned: string[] = []
    offender.page.on('console', (line) => warned.push(line.text()))
    await offender.load([page])
    await shows(offender, page, ['one'])
    await offender.page.evaluate((name) => window.stock.offend(name, 'forge'), page)
    // His document keeps it, and brings it by itself whenever it is asked.
    for (const time of ['5 s', '10 s']) {
      await until(
        `the page is told of ${time}`,
        () => (warned.some((line) => line.includes(`Parley: read-only for ${time}`)) ? true : undefined),
        30_000,
      )
    }
    await (
      await conversation.send('two')
    ).sent
    await shows(offender, page, ['one', 'in another name', 'two'])
    const refused = ['4540 author-mismatch', '4540 author-mismatch']
    expect((await offender.closes(page)).map(([code, reason]) => `${code} ${reason}`)).toEqual(refused)
    await hears(conversation, ['one', 'two'])
  },
)

test(
  '[EE41] whatever Yjs lets such a page do that is no appended entry of its user is refused by its code',
  { timeout: 120_000 },
  async () => {
    const { relay, tom } = await setUp()
    const offences = ['insert', 'root', 'nested', 'bytes', 'forge'] as const
    // A document for each: after one offence its user only reads there.
    const conversations = await Promise.all(
      offences.map(async (name) => tom.createConversation({ members: ['Jerry'], name, unique: false })),
    )
    for (const conversation of conversations) {
      await (
        await conversation.send('one')
      ).sent
    }
    const pages = conversations.map(({ id }) => `c/${id}/1`)
    const honest = await openReader('Tom', relay.port)
    const offender = await openReader('Jerry', relay.port)
    await Promise.all([honest.load(pages), offender.load(pages)])
    for (const [index, offence] of offences.entries()) {
      const page = pages[index] ?? ''
      await Promise.all([shows(honest, page, ['one']), shows(offender, page, ['one'])])
      const before = await honest.bytes(page)
      await offender.page.evaluate(([name, how]) => window.stock.offend(name, how), [page, offence] as const)
      await until('the socket is closed', async () =>
        (await offender.closes(page)).length > 0 ? true : undefined,
      )
      const code = offence === 'forge' ? 'author-mismatch' : 'not-an-append'
      expect([offence, await offender.closes(page)]).toEqual([offence, [[4540, code]]])
      expect([offence, await honest.bytes(page)]).toEqual([offence, before])
    }
  },
)

async function setUp(): Promise<Setting> {
  const data = temporaryFolder('relay')
  onTestFinished(data.dispose)
  const relay = await startRelay({ data: data.path })
  onTestFinished(() => relay.end('SIGTERM').then(() => undefined))
  const tom = await openDevice('Tom', relay.port)
  onTestFinished(tom.close)
  const conversation = await tom.client.createConversation({
    members: ['Jerry', 'Mary'],
    name: 'Write along',
  })
  await conversation.confirmed
  return { relay, tom: tom.client, conversation, page: `c/${conversation.id}/1` }
}

/** What a device has in its history, as it stands there. */
async function hears(conversation: Conversation, texts: readonly string[]): Promise<void> {
  await expect
    .poll(async () => (await conversation.queryMessages({ limit: 20 })).map((message) => message.getText()), {
      timeout: 40_000,
    })
    .toEqual(texts)
}

async function shows(reader: Reader, page: string, texts: readonly string[]): Promise<void> {
  await expect
    .poll(async () => textsOf(await reader.entries(page)).toSorted(), { timeout: 40_000 })
    .toEqual(texts.toSorted())
}

function textsOf(entries: readonly unknown[]): readonly string[] {
  return entries.flatMap((entry) =>
    typeof entry === 'object' && entry !== null && 'text' in entry ? [String(entry.text)] : [],
  )
}
