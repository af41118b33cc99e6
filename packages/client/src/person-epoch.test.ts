import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { createPersonRelay } from './testing/person.test-kit.ts'
import type { PersonRelay } from './testing/person.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { conversationId, jerry, mary, tom, user } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const spike = user('Spike')
const day = 24 * 3_600_000

async function connected(
  relay: PersonRelay,
  ...options: readonly Parameters<typeof startDevice>[0][]
): Promise<readonly TestDevice[]> {
  const devices: TestDevice[] = []
  for (const [seed, one] of options.entries()) {
    const device = await startDevice({ seed: seed + 1, ...one })
    await relay.connect(device, [createScript(lunch, { by: jerry, members: [tom] }).news()])
    devices.push(device)
  }
  return devices
}

async function restored(
  relay: PersonRelay,
  copy: ReturnType<PersonRelay['copy']>,
  ...devices: readonly TestDevice[]
): Promise<void> {
  await relay.restore(copy, 'restored')
  for (const device of devices) {
    await relay.connect(device, [createScript(lunch, { by: jerry, members: [tom] }).news()])
    await relay.settle()
  }
  await relay.tellCursors()
}

test('[CL266] a relay restored from an older copy gets back what it lost of the last days', async () => {
  const relay = createPersonRelay()
  const [device] = await connected(relay, {})
  if (device === undefined) throw new Error('one device')
  const copy = relay.copy()
  await device.engine.person({ op: 'profile', set: { name: 'Tom' } })
  await device.engine.person({ op: 'setting', conversation: lunch, pinned: true })
  await device.engine.person({ op: 'block', users: [mary, spike] })
  await device.engine.person({ op: 'unblock', users: [mary] })
  await relay.settle()
  await relay.tellCursors()
  device.events.splice(0)
  await restored(relay, copy, device)
  expect(relay.row(tom, 'profile', '')).toMatchObject({ name: 'Tom' })
  expect(relay.row(tom, 'setting', lunch)).toHaveProperty('pinned')
  expect([relay.row(tom, 'block', spike), relay.row(tom, 'block', mary)]).toMatchObject([{}, undefined])
  expect(device.engine.blocked()).toEqual([spike])
  expect(device.engine.conversation(lunch)?.pinnedAt).not.toBeNull()
  expect(device.engine.unsent()).toEqual([])
  expect(take(device.events, 'person-refused')).toEqual([])
})

test.each([
  ['first', 0],
  ['last', 1],
])(
  '[CL266] what was decided otherwise elsewhere is not offered again by who comes back %s',
  async (_, first) => {
    const relay = createPersonRelay()
    const [phone, laptop] = await connected(relay, {}, {})
    if (phone === undefined || laptop === undefined) throw new Error('two devices')
    const copy = relay.copy()
    await phone.engine.person({ op: 'profile', set: { name: 'Tom', fields: { age: 3, town: 'X' } } })
    await phone.engine.person({ op: 'setting', conversation: lunch, pinned: true })
    await phone.engine.person({ op: 'setting', conversation: lunch, muted: true })
    await phone.engine.person({ op: 'block', users: [mary, spike] })
    await relay.settle()
    await laptop.engine.person({ op: 'setting', conversation: lunch, pinned: false })
    await laptop.engine.person({ op: 'unblock', users: [mary] })
    await laptop.engine.person({ op: 'profile', set: { name: 'Tom Cat', fields: { town: null } } })
    await relay.settle()
    await relay.tellCursors()
    await restored(relay, copy, ...(first === 0 ? [phone, laptop] : [laptop, phone]))
    for (const { engine } of [phone, laptop]) {
      expect(engine.conversation(lunch)).toMatchObject({ pinnedAt: null, muted: true })
      expect(engine.blocked()).toEqual([spike])
      expect(engine.profile(tom)).toMatchObject({ name: 'Tom Cat', fields: { age: 3 } })
    }
  },
)

test('[CL266] two who had become contacts are contacts again, whichever of them comes back first', async () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const relay = createPersonRelay()
    const [his, hers] = await connected(relay, {}, { name: 'Mary' })
    if (his === undefined || hers === undefined) throw new Error('two devices')
    const copy = relay.copy()
    await his.engine.person({ op: 'contact', user: mary, act: 'request', text: 'me' })
    await relay.settle()
    await hers.engine.person({ op: 'contact', user: tom, act: 'accept' })
    await relay.settle()
    await relay.tellCursors()
    const both = [his, hers]
    await restored(relay, copy, ...order.flatMap((at) => both[at] ?? []))
    expect(his.engine.contacts()).toMatchObject([{ user: mary, state: 'contact' }])
    expect(hers.engine.contacts()).toMatchObject([{ user: tom, state: 'contact' }])
  }
})

test('[CL266] what is older than keepAcknowledgedMs is not offered again, and a refusal of what is stays silent', async () => {
  const relay = createPersonRelay()
  const [device] = await connected(relay, { limits: { keepAcknowledgedMs: day } })
  if (device === undefined) throw new Error('one device')
  const copy = relay.copy()
  await device.engine.person({ op: 'block', users: [spike] })
  await relay.settle()
  device.setClock(device.ports.now() + day + 1)
  await device.engine.person({ op: 'contact', user: mary, act: 'request' })
  await relay.settle()
  await device.engine.person({ op: 'contact', user: mary, act: 'remark', text: 'M' })
  await relay.settle()
  await relay.tellCursors()
  // At the restored relay she may not be asked: who blocks her asks nobody.
  copy.rows.set('Tom/block/Mary', {
    owner: tom,
    kind: 'block',
    key: mary,
    value: { since: 1 },
    time: 1,
    position: 1,
  })
  device.events.splice(0)
  await restored(relay, copy, device)
  expect([relay.row(tom, 'block', spike), device.engine.blocked()]).toEqual([undefined, [mary]])
  expect([device.engine.contacts(), device.engine.unsent()]).toEqual([[], []])
  expect(take(device.events, 'person-refused')).toEqual([])
})

test('[CL266] what waits keeps its place behind what is offered again', async () => {
  const relay = createPersonRelay()
  const [device] = await connected(relay, {})
  if (device === undefined) throw new Error('one device')
  const copy = relay.copy()
  await device.engine.person({ op: 'block', users: [spike] })
  await relay.settle()
  await relay.tellCursors()
  await relay.cut(device)
  await device.engine.person({ op: 'unblock', users: [spike] })
  await restored(relay, copy, device)
  expect([relay.row(tom, 'block', spike), device.engine.blocked()]).toEqual([undefined, []])
})

test('[CL267] what is set in a log that lives no more names no sequence beyond the new one', async () => {
  const relay = createPersonRelay()
  const device = await startDevice()
  const old = createScript(lunch, { by: jerry, members: [tom] })
  for (let n = 0; n < 9; n += 1) old.text(jerry, `${n}`)
  await relay.connect(device, [old.news()])
  const copy = relay.copy()
  await device.engine.clear(lunch)
  await relay.settle()
  await device.engine.hide(lunch)
  await relay.cut(device)
  await relay.restore(copy, 'restored')
  const script = createScript(lunch, { by: jerry, members: [tom] })
  for (let n = 0; n < 3; n += 1) script.text(jerry, `${n}`)
  await relay.connect(device, [script.news({ whole: false, rows: [] })])
  await relay.settle()
  expect(relay.row(tom, 'setting', lunch)).toMatchObject({
    cleared: 4,
    hidden: 4,
    read: { seq: 4, total: 3, mine: 0 },
  })
  const other = await startDevice({ seed: 9 })
  await relay.connect(other, [script.news()])
  const row = script.text(jerry, 'after')
  await other.say(script.frame(row))
  expect(other.engine.conversation(lunch)).toMatchObject({ unread: 1, hidden: false })
  expect((await other.engine.history(lunch, {})).messages.map(({ text }) => text)).toEqual(['after'])
})

test('[CL267] a reading of a log that lives no more hides nothing of the new one', async () => {
  const relay = createPersonRelay()
  const device = await startDevice({ syncReadMarks: true })
  const old = createScript(lunch, { by: jerry, members: [tom] })
  await relay.connect(device, [old.news()])
  const copy = relay.copy()
  await device.say(old.frame(...Array.from({ length: 9 }, (_, n) => old.text(jerry, `${n}`))))
  await device.engine.read(lunch)
  await relay.settle()
  expect(relay.row(tom, 'setting', lunch)).toMatchObject({ read: { seq: 10, total: 9 } })
  await relay.tellCursors()
  await relay.restore(copy, 'restored')
  const script = createScript(lunch, { by: jerry, members: [tom] })
  for (let n = 0; n < 3; n += 1) script.text(jerry, `${n}`)
  await relay.connect(device, [script.news({ whole: false, rows: [] })])
  expect(device.engine.conversation(lunch)?.unread).toBe(0)
  await relay.settle()
  await device.say(script.frame(script.text(jerry, 'after'), script.text(jerry, 'that')))
  expect(device.engine.conversation(lunch)?.unread).toBe(2)
})
