import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { type DeflatedRows, decodeFetchedRows, type FetchAnswer, type FetchedRows } from '@parley/wire'
import { expect, test } from 'vitest'
import { createPen } from './testing/pen.ts'
import { createTestDevice, type TestDevice } from './testing/test-device.ts'
import { commanded, createTestLunch, pushed, type TestLunch } from './testing/test-lunch.ts'
import type { TestRelayOptions } from './testing/test-relay.ts'

interface Deflating extends TestLunch {
  /** How often something was deflated. */
  readonly deflated: () => number
  readonly device: (user: string, number: number, inflates: boolean) => TestDevice
}

const smaller = (bytes: Uint8Array): Uint8Array => new Uint8Array(deflateRawSync(bytes))

async function deflating({
  deflate = smaller,
  ...options
}: TestRelayOptions & { readonly messages?: number } = {}): Promise<Deflating> {
  let count = 0
  const lunch = await createTestLunch({
    ...options,
    deflate: (bytes) => {
      count += 1
      return deflate(bytes)
    },
  })
  const pen = createPen({ user: lunch.tom.user, client: 7 })
  const updates = Array.from({ length: options.messages ?? 30 }, () => pen.text('soup or salad?').update)
  await pushed(lunch.tom, lunch.conversation, 1, ...updates)
  return {
    ...lunch,
    deflated: () => count,
    device: (user, device, inflates) =>
      createTestDevice(lunch.relay, { user, device, token: user, inflates }),
  }
}

async function asked(
  device: TestDevice,
  conversation: string,
  { page = 1, after = 0, request = 3 } = {},
): Promise<readonly FetchAnswer['fetched'][]> {
  await device.take('fetch-answer')
  device.send({ frame: 'fetch', request, conversation, page, after })
  const answers = await device.take('fetch-answer')
  expect(answers.every((answer) => answer.request === request)).toBe(true)
  return answers.map(({ fetched }) => fetched)
}

function inflated(fetched: FetchAnswer['fetched'] | undefined): FetchedRows | undefined {
  if (fetched?.result !== 'deflated') throw new Error('it is not deflated')
  const rows = inflateRawSync(fetched.bytes)
  expect(rows).toHaveLength(fetched.size)
  return decodeFetchedRows(rows)
}

test('[RE350] a page travels deflated to the device that inflates, and holds what the others get', async () => {
  const { device, conversation } = await deflating()
  const [plain] = await asked(device('Mary', 2, false), conversation)
  const [packed] = await asked(device('Mary', 3, true), conversation)
  expect(plain).toMatchObject({ result: 'rows', version: 31 })
  expect(inflated(packed)).toEqual(plain)
})

test('[RE350] each part of a page is deflated by itself', async () => {
  const { device, conversation } = await deflating({ limits: { maxPayloadBytes: 1500 } })
  const plain = await asked(device('Mary', 2, false), conversation)
  const packed = await asked(device('Mary', 3, true), conversation)
  expect(plain.length).toBeGreaterThan(1)
  // The last one is short.
  expect(packed.map(({ result }) => result).slice(0, -1)).toEqual(plain.slice(1).map(() => 'deflated'))
  expect(packed.slice(0, -1).map(inflated)).toEqual(plain.slice(0, -1))
  expect(packed.at(-1)).toEqual(plain.at(-1))
})

test('[RE350] what is short, a head, and what is refused travel as they are', async () => {
  const { device, conversation, deflated } = await deflating({ limits: { minDeflatedBytes: 600 } })
  const mary = device('Mary', 3, true)
  expect(await asked(mary, conversation, { after: 25 })).toMatchObject([{ result: 'rows', after: 25 }])
  expect(await asked(mary, conversation, { page: 0 })).toMatchObject([{ result: 'head' }])
  expect(await asked(mary, conversation, { page: 9 })).toMatchObject([{ result: 'failed' }])
  expect(deflated()).toBe(0)
  expect(await asked(mary, conversation)).toMatchObject([{ result: 'deflated' }])
})

test('[RE350] at its least size a part is deflated, and not below', async () => {
  const { device, conversation } = await deflating()
  const [packed] = await asked(device('Mary', 3, true), conversation)
  const { size } = packed as DeflatedRows
  for (const [minDeflatedBytes, result] of [
    [size, 'deflated'],
    [size + 1, 'rows'],
  ] as const) {
    const again = await deflating({ limits: { minDeflatedBytes } })
    expect(await asked(again.device('Mary', 3, true), again.conversation)).toMatchObject([{ result }])
  }
})

test('[RE350] what does not become smaller travels as it is, and is tried once', async () => {
  for (const deflate of [
    (bytes: Uint8Array) => bytes,
    (bytes: Uint8Array) => new Uint8Array(bytes.length + 5),
  ]) {
    const { device, conversation, deflated } = await deflating({ deflate })
    const plain = await asked(device('Mary', 2, false), conversation)
    expect(await asked(device('Mary', 3, true), conversation)).toEqual(plain)
    expect(await asked(device('Mary', 4, true), conversation)).toEqual(plain)
    expect(deflated()).toBe(1)
  }
})

test('[RE350] a relay that cannot deflate sends pages as they are', async () => {
  const { relay, tom, conversation } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  await pushed(tom, conversation, 1, ...Array.from({ length: 40 }, () => pen.text('soup?').update))
  const mary = createTestDevice(relay, { user: 'Mary', device: 3, token: 'Mary', inflates: true })
  expect(await asked(mary, conversation)).toMatchObject([{ result: 'rows', version: 41 }])
})

test('[RE351] nothing but parts of pages is deflated, whatever a device is sent', async () => {
  const { device, tom, mary, conversation, deflated } = await deflating()
  const pen = createPen({ user: mary.user, client: 9 })
  const phone = device('Tom', 3, true)
  // A catch-up with rows in it, a change of the head, what comes live.
  expect((await phone.take('sync')).flatMap(({ news }) => news)).toHaveLength(1)
  await commanded(tom, conversation, { op: 'update', name: 'x'.repeat(100) })
  await pushed(mary, conversation, 1, ...Array.from({ length: 30 }, () => pen.text('soup or salad?').update))
  expect((await phone.take('rows')).flatMap(({ rows }) => rows)).toHaveLength(31)
  expect(deflated()).toBe(0)
})

test('[RE352] a page is deflated once for all who ask for it, whatever their request', async () => {
  const { device, conversation, deflated } = await deflating()
  const first = await asked(device('Mary', 3, true), conversation, { request: 3 })
  expect(await asked(device('Tom', 4, true), conversation, { request: 77 })).toEqual(first)
  expect(deflated()).toBe(1)
})

test('[RE352] what has changed is deflated anew, also where it is as long as before', async () => {
  const { device, tom, conversation, deflated } = await deflating()
  const mary = device('Mary', 3, true)
  const before = inflated((await asked(mary, conversation))[0])
  const target = before?.rows.find(({ seq }) => seq === 5)
  const pen = createPen({ user: tom.user, client: 8, origin: { client: 7, clock: 0 } })
  await pushed(tom, conversation, 1, pen.text('soup or salad?').update)
  const after = inflated((await asked(mary, conversation))[0])
  expect([before?.version, after?.version]).toEqual([31, 32])
  expect(after?.rows.find(({ seq }) => seq === 5)).toEqual(target)
  expect(deflated()).toBe(2)
  expect(inflated((await asked(mary, conversation, { after: 2 }))[0])?.rows).toHaveLength(30)
  expect(deflated()).toBe(3)
})

test('[RE352] what was erased is not sent from what was kept', async () => {
  const { device, tom, conversation } = await deflating({ messages: 30 })
  const pen = createPen({ user: tom.user, client: 8, origin: { client: 7, clock: 0 } })
  const secret = pen.text('between us')
  await pushed(tom, conversation, 1, secret.update)
  const mary = device('Mary', 3, true)
  const kinds = async (): Promise<readonly string[]> =>
    inflated((await asked(mary, conversation))[0])?.rows.map(({ kind }) => kind) ?? []
  expect(await kinds()).not.toContain('erased')
  await pushed(tom, conversation, 1, pen.recall(secret.id).update)
  expect(await kinds()).toContain('erased')
})

test('[RE352] no more is kept than there is room for, and the oldest goes first', async () => {
  const none = await deflating({ limits: { maxKeptDeflatedBytes: 0 } })
  for (const number of [3, 4]) await asked(none.device('Mary', number, true), none.conversation)
  expect(none.deflated()).toBe(2)
  const lunch = await deflating({ limits: { maxKeptDeflatedBytes: 3000 } })
  const mary = lunch.device('Mary', 3, true)
  const ask = async (after: number): Promise<number> => {
    const before = lunch.deflated()
    await asked(mary, lunch.conversation, { after })
    return lunch.deflated() - before
  }
  expect([await ask(0), await ask(2), await ask(0), await ask(2)]).toEqual([1, 1, 1, 1])
  expect(await ask(2)).toBe(0)
})

test('[RE352] what was kept for long is dropped', async () => {
  const { device, relay, clock, conversation, deflated } = await deflating({
    limits: { maxKeptDeflatedMs: 5000 },
  })
  const mary = device('Mary', 3, true)
  await asked(mary, conversation)
  clock.time += 4999
  relay.sweep()
  await asked(mary, conversation)
  expect(deflated()).toBe(1)
  clock.time += 1
  relay.sweep()
  await asked(mary, conversation)
  expect(deflated()).toBe(2)
})

test('[RE353] deflating wins nobody more answers: the rate counts what a page holds', async () => {
  const answersTo = async (inflates: boolean): Promise<number> => {
    // So many questions, and so much of pages, at once.
    const limits = { maxReadBytesBurst: 5 * 4096, maxReadBytesPerSecond: 1 }
    const { device, conversation } = await deflating({ limits, messages: 60 })
    const mary = device('Mary', 3, inflates)
    await mary.take('welcome')
    for (let request = 1; request <= 10; request += 1)
      mary.send({ frame: 'fetch', request, conversation, page: 1, after: 0 })
    return (await mary.take('fetch-answer')).length
  }
  const [plain, packed] = [await answersTo(false), await answersTo(true)]
  expect(plain).toBeGreaterThan(1)
  expect(plain).toBeLessThan(5)
  expect(packed).toBe(plain)
})
