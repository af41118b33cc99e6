import { expect, onTestFinished, test, vi } from 'vitest'
import * as Y from 'yjs'
import { createPen } from '../testing/pen.ts'
import { testUser } from '../testing/test-device.ts'
import { checkRelayData } from './check-relay-data.ts'
import { openDevice } from './server.test-kit.ts'
import { writeUpdate } from './y-messages.ts'
import { writeRefusedCode } from './y-reader.ts'
import { openReader, type Scene, stage, type Stock, synced, texts } from './y-stage.test-kit.ts'
import { entryOf, textsOf } from './y-tool.test-kit.ts'

function write({ doc }: Stock, ...entries: readonly object[]): void {
  doc.getArray('entries').push([...entries])
}

/** How the relay sends it away. */
async function closing({ provider }: Stock): Promise<{ readonly code: number; readonly reason: string }> {
  return new Promise((resolve) => {
    provider.once('connection-close', (event) => {
      resolve({ code: event?.code ?? 0, reason: event?.reason ?? '' })
    })
  })
}

/** What the stock provider tells its app of permissions. */
function hearWarnings(): readonly string[] {
  const heard: string[] = []
  const warn = vi.spyOn(console, 'warn').mockImplementation((text: unknown) => {
    heard.push(String(text))
  })
  onTestFinished(() => {
    warn.mockRestore()
  })
  return heard
}

async function metricsOf({ server }: Scene): Promise<string> {
  return (await fetch(`${server.http}/metrics`)).text()
}

/** The whole page, byte for byte, as somebody new gets it. */
async function pageBytes({ provide, conversation }: Scene): Promise<string> {
  const reader = await provide('Tom', `c/${conversation}/1`)
  await synced(reader)
  reader.provider.destroy()
  return Buffer.from(Y.encodeStateAsUpdate(reader.doc)).toString('hex')
}

test('[RE211] what a stock tool writes is a message to devices, in the list, in history, and to other tools', async () => {
  const scene = await stage()
  const { server, conversation, provide, push, pen, tom } = scene
  await push([pen.text('one').update])
  const name = `c/${conversation}/1`
  const [mary, other] = [await provide('Mary', name), await provide('Tom', name)]
  await Promise.all([synced(mary), synced(other)])
  const entry = entryOf('Mary', 'from a stock tool')
  write(mary, entry)
  await other.when((doc) => texts(doc).includes('from a stock tool'))
  const row = async (): Promise<unknown> =>
    tom.frames
      .flatMap((frame) => (frame.frame === 'rows' ? frame.rows : []))
      .find((told) => told.kind === 'entry' && textsOf([told.update]).includes('from a stock tool'))
  await expect.poll(row).toMatchObject({ seq: 3, page: 1 })
  const late = await openDevice(server.ws, 'Mary')
  const [news] = (await late.next('sync')).news
  expect(news).toMatchObject({ total: 2, mine: 1 })
  const newcomer = await provide('Tom', name)
  await synced(newcomer)
  expect(texts(newcomer.doc)).toEqual(['one', 'from a stock tool'])
  expect(await metricsOf(scene)).toContain('parley_answers_total{class="accepted",code=""}')
})

test('[RE211] the data of a relay that stock tools wrote into, and recalled from, is sound', async () => {
  const { server, conversation, provide, push, pen, tom } = await stage()
  await push([pen.text('one').update])
  const mary = await provide('Mary', `c/${conversation}/1`)
  await synced(mary)
  const entry = entryOf('Mary', 'taken back')
  const { id, from, sentAt } = entryOf('Mary', '')
  write(mary, entry, entryOf('Mary', 'stays'))
  write(mary, { id, from, sentAt, op: 'recall', target: entry.id })
  await mary.when((doc) => texts(doc).join() === 'one,stays,recall')
  await tom.next('rows')
  await server.stop()
  expect(checkRelayData(server.directory)).toMatchObject({ rows: 5, problems: [] })
})

test('[RE212] a provider that was disconnected brings what was written meanwhile', async () => {
  const { conversation, provide } = await stage()
  const name = `c/${conversation}/1`
  const [mary, tom] = [await provide('Mary', name), await provide('Tom', name)]
  await Promise.all([synced(mary), synced(tom)])
  mary.provider.disconnect()
  write(mary, entryOf('Mary', 'one'))
  write(mary, entryOf('Mary', 'two'), entryOf('Mary', 'three'))
  mary.provider.connect()
  await tom.when((doc) => texts(doc).length === 3)
  expect(texts(tom.doc)).toEqual(['one', 'two', 'three'])
  mary.provider.disconnect()
  mary.provider.connect()
  await synced(mary)
  write(mary, entryOf('Mary', 'four'))
  await tom.when((doc) => texts(doc).includes('four'))
  expect(texts(tom.doc)).toEqual(['one', 'two', 'three', 'four'])
})

test('[RE210] sockets of one user replace nobody', async () => {
  const { conversation, provide } = await stage()
  const name = `c/${conversation}/1`
  const [one, two, tom] = [
    await provide('Mary', name),
    await provide('Mary', name),
    await provide('Tom', name),
  ]
  await Promise.all([synced(one), synced(two), synced(tom)])
  for (const [index, stock] of [one, two, one, two].entries()) {
    await stock.when((doc) => texts(doc).length === index)
    write(stock, entryOf('Mary', `text ${index}`))
    await tom.when((doc) => texts(doc).length === index + 1)
  }
  expect([one.provider.wsconnected, two.provider.wsconnected]).toEqual([true, true])
  expect(texts(tom.doc)).toEqual(['text 0', 'text 1', 'text 2', 'text 3'])
})

test('[RE216] an offence is told, closed with its code, counted, and changes nothing for anybody', async () => {
  const warnings = hearWarnings()
  const scene = await stage()
  const { conversation, provide, push, pen } = scene
  await push([pen.text('one').update])
  const before = await pageBytes(scene)
  const mary = await provide('Mary', `c/${conversation}/1`)
  await synced(mary)
  const closed = closing(mary)
  write(mary, entryOf('Tom', 'in a false name'))
  expect(await closed).toMatchObject({ code: writeRefusedCode, reason: 'author-mismatch' })
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('Parley: what was written was refused (author-mismatch). ')
  expect(await pageBytes(scene)).toBe(before)
  const metrics = await metricsOf(scene)
  expect(metrics).toContain('parley_failures_total{code="write-refused"} 1')
  expect(metrics).toContain('parley_answers_total{class="refused",code="author-mismatch"} 1')
})

test('[RE216] so is one that the relay core never saw', async () => {
  hearWarnings()
  const scene = await stage()
  const { conversation, provide, push, pen } = scene
  await push([pen.text('one').update])
  const before = await pageBytes(scene)
  const mary = await provide('Mary', `c/${conversation}/1`)
  await synced(mary)
  const closed = closing(mary)
  mary.doc.getArray('entries').delete(0)
  expect(await closed).toMatchObject({ code: writeRefusedCode, reason: 'not-an-append' })
  expect(await pageBytes(scene)).toBe(before)
  expect(await metricsOf(scene)).toContain('parley_answers_total{class="refused",code="not-an-append"} 1')
})

test('[RE118] a stock provider comes back after an offence, reads on, and is told that it only reads', async () => {
  const warnings = hearWarnings()
  const { conversation, provide, push, pen } = await stage()
  const name = `c/${conversation}/1`
  const [mary, tom] = [await provide('Mary', name), await provide('Tom', name)]
  await Promise.all([synced(mary), synced(tom)])
  const closed = closing(mary)
  write(mary, entryOf('Tom', 'in a false name'))
  await closed
  await push([pen.text('read on').update])
  await mary.when((doc) => texts(doc).includes('read on'))
  write(mary, entryOf('Mary', 'while reading only'))
  await push([pen.text('and on').update])
  await Promise.all([
    mary.when((doc) => texts(doc).includes('and on')),
    tom.when((doc) => texts(doc).includes('and on')),
  ])
  expect(texts(tom.doc)).toEqual(['read on', 'and on'])
  expect(warnings.filter((text) => text.includes('read-only for 5 s'))).toHaveLength(1)
})

test('[RE217] when the time is over it is asked again, without a new socket', async () => {
  hearWarnings()
  const clock = { time: 1_800_000_000_000 }
  const { conversation, provide } = await stage({ now: () => clock.time })
  const name = `c/${conversation}/1`
  const [bad, good, tom] = [
    await provide('Mary', name),
    await provide('Mary', name),
    await provide('Tom', name),
  ]
  await Promise.all([synced(bad), synced(good), synced(tom)])
  const closed = closing(bad)
  write(bad, entryOf('Tom', 'in a false name'))
  await closed
  bad.provider.destroy()
  write(good, entryOf('Mary', 'waits'))
  clock.time += 5_000
  await tom.when((doc) => texts(doc).length > 0)
  expect(texts(tom.doc)).toEqual(['waits'])
  expect(good.provider.wsconnected).toBe(true)
})

test('[RE214] a head is written by nobody but the relay', async () => {
  hearWarnings()
  const { conversation, provide } = await stage()
  const [mary, tom] = [await provide('Mary', `c/${conversation}`), await provide('Tom', `c/${conversation}`)]
  await Promise.all([synced(mary), synced(tom)])
  const closed = closing(mary)
  ;(mary.doc.getMap('head').get('info') as Y.Map<unknown>).set('name', 'Mine now')
  expect(await closed).toMatchObject({ code: writeRefusedCode, reason: 'not-an-append' })
  expect((tom.doc.getMap('head').get('info') as Y.Map<unknown>).get('name')).toBe('Lunch')
})

test('[RE222] a change too long to be read is asked for in parts, an answer too long is the end', async () => {
  const scene = await stage()
  const { socket, closed } = await openReader(scene, 'Mary', Date.now(), 1)
  const next = async (): Promise<Buffer> =>
    new Promise((resolve) => {
      socket.once('message', resolve)
    })
  const empty = Buffer.from([0, 1, 2, 0, 0])
  socket.send(empty)
  const asked = next()
  socket.send(writeUpdate(new Uint8Array(300 * 1024)))
  expect([...(await asked).subarray(0, 2)]).toEqual([0, 0])
  const answer = Buffer.from(writeUpdate(new Uint8Array(300 * 1024)))
  answer[1] = 1
  socket.send(answer)
  expect(await closed).toBe(4406)
})

test('[RE219] many appends written at once all arrive, in their order', async () => {
  const { conversation, provide } = await stage()
  const name = `c/${conversation}/1`
  const [mary, tom] = [await provide('Mary', name), await provide('Tom', name)]
  await Promise.all([synced(mary), synced(tom)])
  const wanted = Array.from({ length: 200 }, (_, index) => `text ${index}`)
  write(mary, ...wanted.map((text) => entryOf('Mary', text)))
  await tom.when((doc) => texts(doc).length === wanted.length)
  expect(texts(tom.doc)).toEqual(wanted)
})

test('[RE213] an echo of a page with a recall in it reaches nobody, and a device goes on beside it', async () => {
  const { conversation, provide, push, pen, tom } = await stage()
  const message = pen.text('taken back')
  await push([message.update, pen.text('stays').update])
  const name = `c/${conversation}/1`
  const mary = await provide('Mary', name)
  await synced(mary)
  mary.provider.disconnect()
  const old = Y.encodeStateAsUpdate(mary.doc)
  await push([pen.recall(message.id).update])
  mary.provider.connect()
  await mary.when((doc) => texts(doc).includes('recall'))
  const frames = tom.frames.length
  for (const update of [old, Y.encodeStateAsUpdate(mary.doc)])
    mary.provider.ws?.send(Buffer.from(writeUpdate(update)))
  const jerry = createPen({ user: testUser('Tom'), client: 8 })
  await push([jerry.text('after it').update])
  await mary.when((doc) => texts(doc).includes('after it'))
  expect(mary.provider.wsconnected).toBe(true)
  expect(tom.frames.slice(frames).map(({ frame }) => frame)).toEqual(['answer', 'rows'])
})
