import { deflateRawSync } from 'node:zlib'
import { encodeFetchedRows, type DeflatedRows, type DeviceFrame, type FetchedRows } from '@parley/wire'
import { expect, test } from 'vitest'
import { inflate } from './node/inflate.ts'
import type { Inflate } from './ports.ts'
import { startDevice, type TestDevice, type TestDeviceOptions } from './testing/device.test-kit.ts'
import { createScript, type Script } from './testing/script.test-kit.ts'
import { conversationId, jerry, settle, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)

interface Behind {
  readonly device: TestDevice
  readonly script: Script
  /** The newest there is, once all of it is held. */
  readonly shown: () => Promise<readonly string[]>
}

/** Three messages of the first page are held, and thirty came since. */
async function behind(options: TestDeviceOptions = { inflate }): Promise<Behind> {
  const device = await startDevice({ limits: { maxIdleConversations: 0 }, ...options })
  const script = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  script.text(jerry, 'one')
  await device.connect({ news: [script.news()] })
  await device.cut()
  for (let number = 0; number < 30; number += 1) script.text(jerry, `soup or salad ${number}?`)
  await device.pass(1000)
  await comeBack({ device, script })
  return {
    device,
    script,
    shown: async () =>
      (await device.engine.history(lunch, { limit: 100 })).messages.map(({ text }) => text ?? ''),
  }
}

async function comeBack({ device, script }: Pick<Behind, 'device' | 'script'>): Promise<void> {
  await device.connect({ news: [script.news({ whole: false, rows: [], touched: [script.touched(1)] })] })
}

function deflated(fetched: FetchedRows): DeflatedRows {
  const rows = encodeFetchedRows(fetched)
  return { result: 'deflated', size: rows.length, bytes: new Uint8Array(deflateRawSync(rows)) }
}

const asked = (device: TestDevice): Extract<DeviceFrame, { readonly frame: 'fetch' }> => {
  const fetch = device.sent().find((frame) => frame.frame === 'fetch')
  if (fetch?.frame !== 'fetch') throw new Error('nothing was asked for')
  return fetch
}

const firstPage = async ({ engine }: TestDevice) =>
  (await engine.inspect(lunch)).pages.find(({ page: number }) => number === 1)

const hello = (device: TestDevice): boolean | undefined => {
  const frame = device.sent().findLast((one) => one.frame === 'hello')
  return frame?.frame === 'hello' ? frame.inflates : undefined
}

async function answer(device: TestDevice, ...parts: readonly (DeflatedRows | FetchedRows)[]): Promise<void> {
  const { request } = asked(device)
  await device.say(
    ...parts.map((fetched) => ({ frame: 'fetch-answer', request, conversation: lunch, fetched }) as const),
  )
}

/** Inflates when it is told to. */
function slowly(): {
  readonly inflate: Inflate
  readonly goOn: () => Promise<void>
  readonly calls: () => number
} {
  const waiting: (() => void)[] = []
  let calls = 0
  return {
    inflate: async (bytes, maxBytes) => {
      calls += 1
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
      })
      return inflate(bytes, maxBytes)
    },
    async goOn() {
      for (const go of waiting.splice(0)) go()
      await settle()
    },
    calls: () => calls,
  }
}

test('[CL430] a hello says whether the platform inflates', async () => {
  for (const options of [{ inflate }, {}]) {
    const device = await startDevice(options)
    await device.opens()
    expect(hello(device)).toBe('inflate' in options)
  }
})

test('[CL431] a page that comes deflated is held as if it had not been, also in parts', async () => {
  const whole = await behind()
  const reading = whole.shown()
  await settle()
  await answer(whole.device, deflated(whole.script.page(1, 2)))
  const texts = ['one', ...Array.from({ length: 30 }, (_, number) => `soup or salad ${number}?`)]
  expect(await reading).toEqual(texts)
  expect(await firstPage(whole.device)).toMatchObject({
    digest: whole.script.digest(1),
    held: whole.script.seq,
  })

  const inParts = await behind()
  const again = inParts.shown()
  await settle()
  const page = inParts.script.page(1, 2)
  const [first, last] = [page.rows.slice(0, 20), page.rows.slice(20)]
  await answer(inParts.device, deflated({ ...page, more: true, rows: first }), { ...page, rows: last })
  expect(await again).toEqual(texts)
  expect([whole.device.errors, inParts.device.errors]).toEqual([[], []])
})

test('[CL431] what comes behind a page waits until it is inflated', async () => {
  const slow = slowly()
  const { device, script, shown } = await behind({ inflate: slow.inflate })
  const reading = shown()
  await settle()
  await answer(device, deflated(script.page(1, 2)))
  const known = device.engine.conversation(lunch)?.unread
  await device.say(script.frame(script.text(jerry, 'pie?')))
  expect(device.engine.conversation(lunch)?.unread).toBe(known)
  await slow.goOn()
  expect(device.engine.conversation(lunch)?.unread).toBe((known ?? 0) + 1)
  expect((await reading).length).toBeGreaterThan(30)
  expect((await shown()).at(-1)).toBe('pie?')
})

test('[CL431] a page whose session ends while it is inflated counts for nothing, and ends no other session', async () => {
  for (const good of [true, false]) {
    const slow = slowly()
    const { device, script, shown } = await behind({ inflate: slow.inflate })
    const reading = shown()
    await settle()
    const page = deflated(script.page(1, 2))
    await answer(device, good ? page : { ...page, size: page.size + 1 })
    await device.cut()
    expect(await reading).toEqual(['one'])
    await device.pass(3000)
    await comeBack({ device, script })
    await slow.goOn()
    expect(device.engine.connection).toBe('connected')
    const sockets = device.sockets.length
    await device.pass(5000)
    expect(device.sockets).toHaveLength(sockets)
    expect((await firstPage(device))?.held).toBeLessThan(script.seq)
  }
})

test('[CL431] an answer that nobody has asked for is not inflated', async () => {
  const slow = slowly()
  const { device, script } = await behind({ inflate: slow.inflate })
  const fetched = deflated(script.page(1, 2))
  await device.say({ frame: 'fetch-answer', request: 999, conversation: lunch, fetched })
  expect(slow.calls()).toBe(0)
  expect(device.engine.connection).toBe('connected')
})

test('[CL431] closing does not wait for what is never inflated to begin anything again', async () => {
  const slow = slowly()
  const { device, script, shown } = await behind({ inflate: slow.inflate })
  const reading = shown().catch((error: unknown) => error)
  await settle()
  await answer(device, deflated(script.page(1, 2)))
  const closing = device.engine.close()
  await slow.goOn()
  await closing
  await reading
  expect(device.timers).toBe(0)
  expect(device.errors).toEqual([])
})

const page = (script: Script): FetchedRows => script.page(1, 2)
const packed = (bytes: Uint8Array, size: number): DeflatedRows => ({
  result: 'deflated',
  size,
  bytes: new Uint8Array(deflateRawSync(bytes)),
})

const unreadable: readonly (readonly [string, (script: Script) => DeflatedRows])[] = [
  ['a bomb', () => packed(new Uint8Array(4 * 1024 * 1024), 1024 * 1024)],
  [
    'one byte more than was said',
    (script) => ({ ...deflated(page(script)), size: deflated(page(script)).size - 1 }),
  ],
  ['one byte less', (script) => ({ ...deflated(page(script)), size: deflated(page(script)).size + 1 })],
  ['no deflate', () => ({ result: 'deflated', size: 900, bytes: new Uint8Array(300).fill(7) })],
  [
    'something behind its end',
    (script) => {
      const { size, bytes } = deflated(page(script))
      return { result: 'deflated', size, bytes: Uint8Array.of(...bytes, 0) }
    },
  ],
  [
    'something cut short',
    (script) => {
      const { size, bytes } = deflated(page(script))
      return { result: 'deflated', size, bytes: bytes.slice(0, -1) }
    },
  ],
  ['what are no rows', () => packed(new Uint8Array(900).fill(200), 900)],
  [
    'rows with a byte behind them',
    (script) => {
      const rows = Uint8Array.of(...encodeFetchedRows(page(script)), 0)
      return packed(rows, rows.length)
    },
  ],
]

test.each(unreadable)(
  '[CL432] [CL433] %s is a frame that cannot be read, and pages come as they are from then on',
  async (_, make) => {
    const { device, script, shown } = await behind()
    expect(hello(device)).toBe(true)
    const reading = shown()
    await settle()
    const { request } = asked(device)
    await device.say({
      frame: 'fetch-answer',
      request,
      conversation: lunch,
      fetched: make(script),
    })
    expect(device.errors).toEqual(['a frame of the relay cannot be read'])
    expect(device.engine.connection).toBe('waiting')
    expect(await reading).toEqual(['one'])
    await device.pass(5000)
    await comeBack({ device, script })
    expect(hello(device)).toBe(false)
    const again = shown()
    await settle()
    await answer(device, page(script))
    expect(await again).toHaveLength(31)
    expect(device.errors).toHaveLength(1)
  },
)

test('[CL432] a relay that deflates for a device that has not offered it is one that cannot be read', async () => {
  const { device, script, shown } = await behind({})
  const reading = shown()
  await settle()
  await answer(device, deflated(page(script)))
  expect(device.errors).toEqual(['a frame of the relay cannot be read'])
  expect(device.engine.connection).toBe('waiting')
  expect(await reading).toEqual(['one'])
})

test('[CL433] after what could not be inflated the page is held as it comes', async () => {
  const { device, script, shown } = await behind({
    inflate: async () => Promise.reject(new Error('no memory')),
  })
  const reading = shown()
  await settle()
  await answer(device, deflated(page(script)))
  await reading
  await device.pass(5000)
  await comeBack({ device, script })
  expect(hello(device)).toBe(false)
  const again = shown()
  await settle()
  await answer(device, page(script))
  expect(await again).toHaveLength(31)
  expect(device.errors).toHaveLength(1)
  // Its next life tries again.
  const next = await startDevice({ store: device.store, inflate })
  await next.opens()
  expect(hello(next)).toBe(true)
})
