import * as fc from 'fast-check'
import { decodeDeviceFrame } from '@parley/wire'
import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import { createMiniRelay } from './testing/relay.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { conversationId, entryId, jerry, mary, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)

function kindOf(bytes: Uint8Array): string {
  const decoded = decodeDeviceFrame(bytes)
  return decoded.ok ? decoded.frame.frame : decoded.failure.code
}

type Step =
  | 'send'
  | 'hear'
  | 'recall'
  | 'edit'
  | 'react'
  | 'add'
  | 'history'
  | 'lose'
  | 'restart'
  | 'wait'
  | 'relay'
  | 'read'
  | 'flag'
  | 'draft'
  | 'undraft'

const own: ReadonlySet<Step> = new Set(['read', 'flag', 'draft', 'undraft'])

const steps = fc.array(
  fc.constantFrom<Step>(
    'send',
    'hear',
    'recall',
    'edit',
    'react',
    'add',
    'history',
    'lose',
    'restart',
    'wait',
    'relay',
    'read',
    'flag',
    'draft',
    'undraft',
  ),
  { maxLength: 40, size: 'max' },
)

/** All bytes this life has sent. The same steps and the same chance make the same life. */
async function live(life: readonly Step[]): Promise<readonly Uint8Array[]> {
  const script = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  const relay = createMiniRelay(script, tom)
  let device = await startDevice()
  let starts = 1
  const bytes: Uint8Array[] = []
  const ids: string[] = []
  const online = async (): Promise<void> => {
    await device.pass(40_000)
    await device.connect({ news: [relay.catchUp(device.engine.conversation(lunch)?.seq ?? 0)] })
  }
  await device.connect({ news: [script.news()] })
  for (const step of life) {
    const { engine } = device
    if (step === 'send') ids.push((await engine.send(lunch, { type: -1, text: `${ids.length}` })).id)
    else if (step === 'hear') {
      const row = script.text(mary, 'heard')
      if (engine.connection === 'connected') await device.say(script.frame(row))
    } else if (step === 'recall')
      await engine.recall(lunch, (ids.at(-1) ?? '') as never).catch(() => undefined)
    else if (step === 'edit')
      await engine
        .edit(lunch, (ids.at(-1) ?? '') as never, { type: -1, text: 'edited' })
        .catch(() => undefined)
    else if (step === 'react')
      await engine
        .react(lunch, (ids.at(-1) ?? '') as never, '👍', ids.length % 2 === 0)
        .catch(() => undefined)
    else if (step === 'add') await engine.command(lunch, { op: 'add', members: [mary] })
    else if (step === 'history') await Promise.race([engine.history(lunch, {}), device.pass(0)])
    else if (step === 'wait') await device.pass(21_000)
    else if (step === 'read') await engine.read(lunch)
    else if (step === 'flag') await engine.flag(lunch)
    else if (step === 'draft') await engine.setDraft(lunch, { type: -1, text: `draft ${ids.length}` })
    else if (step === 'undraft') await engine.cancelDraft(lunch)
    else if (step === 'lose') await device.cut()
    else if (step === 'restart') {
      bytes.push(...device.bytes)
      starts += 1
      device = await startDevice({ store: device.store, seed: starts })
    } else {
      if (engine.connection !== 'connected') await online()
      await device.say(...relay.take(device.sent(), () => 'accept'))
    }
  }
  await online()
  await device.say(...relay.take(device.sent(), () => 'accept'))
  bytes.push(...device.bytes)
  return bytes
}

test('[CL95] [CL302] the frames of a life with readings and drafts, and of one without, are byte-identical', async () => {
  let read = 0
  await fc.assert(
    fc.asyncProperty(steps, async (life) => {
      read += life.filter((step) => own.has(step)).length
      const bytes = await live(life)
      expect(bytes.length).toBeGreaterThan(0)
      expect(bytes.map(kindOf)).not.toContain('marks')
      expect(await live(life.filter((step) => !own.has(step)))).toEqual(bytes)
    }),
    { numRuns: 100 },
  )
  expect(read).toBeGreaterThan(20)
}, 60_000)

test('[CL95] a draft is there after a restart, and gone when it was taken back or emptied', async () => {
  const device = await startDevice()
  await device.connect({ news: [createScript(lunch, { by: jerry, members: [tom] }).news()] })
  await device.engine.setDraft(lunch, { type: -1, text: 'half a sen' })
  expect(device.engine.conversation(lunch)?.draft).toEqual({
    type: -1,
    text: 'half a sen',
    editedAt: 1_000_000,
  })
  const again = await startDevice({ store: device.store })
  expect(again.engine.conversation(lunch)?.draft?.text).toBe('half a sen')
  await again.engine.setDraft(lunch, { type: -1, text: '' })
  expect(again.engine.conversation(lunch)?.draft).toBeNull()
  await again.engine.setDraft(lunch, { type: -1, text: 'more' })
  await again.engine.cancelDraft(lunch)
  const third = await startDevice({ store: device.store })
  expect(third.engine.conversation(lunch)?.draft).toBeNull()
})

test('[CL96] reading tells once, and is remembered', async () => {
  const device = await startDevice()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  await device.say(script.frame(script.text(jerry, 'one'), script.text(jerry, 'two')))
  expect(take(device.events, 'unread').map(({ unread }) => unread)).toEqual([2])
  await device.engine.read(lunch)
  await device.engine.read(lunch)
  expect(take(device.events, 'unread').map(({ unread }) => unread)).toEqual([0])
  const again = await startDevice({ store: device.store })
  expect(again.engine.conversation(lunch)?.unread).toBe(0)
  await again.engine.read(lunch)
  expect(take(again.events, 'unread')).toEqual([])
})

test('[CL464] what was put back for later looks unread until it is read, also after a restart, and counts what it counted', async () => {
  const device = await startDevice()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  await device.say(script.frame(script.text(jerry, 'one')))
  await device.engine.read(lunch)
  await device.engine.flag(lunch)
  expect(device.engine.conversation(lunch)).toMatchObject({ flagged: true, unread: 0 })
  expect(device.engine.totalUnread(true)).toBe(0)
  const again = await startDevice({ store: device.store })
  expect(again.engine.conversation(lunch)).toMatchObject({ flagged: true, unread: 0 })
  await again.connect({ news: [script.news()] })
  await again.say(script.frame(script.text(jerry, 'two')))
  expect(again.engine.conversation(lunch)).toMatchObject({ flagged: true, unread: 1 })
  await again.engine.read(lunch)
  expect(again.engine.conversation(lunch)).toMatchObject({ flagged: false, unread: 0 })
  const third = await startDevice({ store: again.store })
  expect(third.engine.conversation(lunch)?.flagged).toBe(false)
  await expect(third.engine.flag(conversationId(9))).rejects.toMatchObject({ code: 'unknown-conversation' })
})

test('[CL465] a draft holds what would be sent: elements, whom it names, what it answers, and the words of the app', async () => {
  const device = await startDevice()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  const row = script.text(jerry, 'when?')
  await device.say(script.frame(row))
  const draft = {
    type: -10,
    body: {
      elements: [
        { kind: 'text', text: 'at' },
        { kind: 'custom', data: 12 },
      ],
    },
    mentions: [jerry],
    replyTo: entryId(500),
    data: 'cursor 7',
  }
  await device.engine.setDraft(lunch, draft)
  const kept = { ...draft, editedAt: 1_000_000 }
  expect(device.engine.conversation(lunch)?.draft).toEqual(kept)
  const again = await startDevice({ store: device.store })
  expect(again.engine.conversation(lunch)?.draft).toEqual(kept)
  // Whatever there is in it is worth keeping.
  for (const one of [{ replyTo: draft.replyTo }, { data: 'x' }, { body: {} }, { text: ' ' }]) {
    await again.engine.setDraft(lunch, { type: -1, ...one })
    expect(again.engine.conversation(lunch)?.draft).toMatchObject(one)
    await again.engine.setDraft(lunch, { type: -1, text: '' })
    expect(again.engine.conversation(lunch)?.draft).toBeNull()
  }
})

test('[CL466] what was drafted and is sent leaves no draft behind, in one transaction; what is refused leaves it', async () => {
  const device = await startDevice()
  await device.connect({ news: [createScript(lunch, { by: jerry, members: [tom] }).news()] })
  await device.engine.setDraft(lunch, { type: -1, text: 'at noon' })
  await expect(
    device.engine.send(lunch, { type: -1, text: 'x'.repeat(100_000), drafted: true }),
  ).rejects.toMatchObject({ code: 'too-large' })
  await device.engine.send(lunch, { type: -1, text: 'by the way' })
  expect(device.engine.conversation(lunch)?.draft?.text).toBe('at noon')
  // Taken at the instant the message is safe: whatever stops the page then, one of the two is there, and only one.
  const sending = device.engine.send(lunch, { type: -1, text: 'at noon', drafted: true })
  const seen: unknown[] = []
  device.engine.on(() => seen.push(device.engine.conversation(lunch)?.draft))
  await sending
  expect(seen.length).toBeGreaterThan(0)
  expect(seen.every((draft) => draft === null)).toBe(true)
  const again = await startDevice({ store: device.store })
  expect(again.engine.conversation(lunch)).toMatchObject({ draft: null, lastMessage: { text: 'at noon' } })
})
