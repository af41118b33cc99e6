import { expect, test } from 'vitest'
import { take } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { asks, hear, lunch, reached, scene } from './testing/receipts.test-kit.ts'
import type { Scene } from './testing/receipts.test-kit.ts'
import { jerry, pushed, tom } from './testing/values.test-kit.ts'
import type { Pushed } from './testing/values.test-kit.ts'

/** Tom and Jerry, and three messages of Tom's, of which the first two are cleared away. */
async function clearedScene(): Promise<Scene & { readonly seqs: readonly number[] }> {
  const set = await scene({}, [tom])
  const { device, script } = set
  const old = [asks(script, tom), asks(script, tom)]
  await device.say(script.frame(...old))
  await device.engine.clear(lunch)
  const next = asks(script, tom)
  await device.say(script.frame(next))
  device.events.splice(0)
  return { ...set, seqs: [...old, next].map(({ seq }) => seq) }
}

const statuses = ({ events }: TestDevice) =>
  take(events, 'message-status').map(({ message: { seq, state, delivered, read } }) => ({
    seq,
    state,
    delivered,
    read,
  }))

const times = ({ events }: TestDevice) => [...take(events, 'delivered'), ...take(events, 'read-by')]

test('[CL364] that a cleared message was delivered or read is told by no event, and in no time', async () => {
  const set = await clearedScene()
  const { device, seqs } = set
  const [, last = 0, next = 0] = seqs
  await hear(set, reached('Jerry', last, last))
  expect(statuses(device)).toEqual([])
  expect(times(device)).toEqual([])
  expect(device.engine.conversation(lunch)).toMatchObject({ lastDeliveredAt: 0, lastReadAt: 0 })
  await hear(set, reached('Jerry', next, next))
  expect(statuses(device)).toEqual([{ seq: next, state: 'sent', delivered: 5000, read: 5000 }])
  expect(times(device).map(({ type }) => type)).toEqual(['delivered', 'read-by'])
})

test('[CL364] one mark for all of them tells of the later one alone', async () => {
  const set = await clearedScene()
  const next = set.seqs.at(-1) ?? 0
  await hear(set, reached('Jerry', next, 0))
  expect(statuses(set.device)).toEqual([{ seq: next, state: 'sent', delivered: 5000, read: undefined }])
  expect(times(set.device)).toMatchObject([{ type: 'delivered' }])
})

async function waitingAndCleared(): Promise<Scene & { readonly update: Pushed }> {
  const set = await scene({}, [tom])
  const { device, script } = set
  await device.say(script.frame(script.text(jerry, 'one')))
  await device.engine.send(lunch, { type: -1, text: 'mine' })
  const [update] = pushed(device.sent())
  if (update === undefined) throw new Error('nothing left')
  await device.engine.clear(lunch)
  device.events.splice(0)
  return { ...set, update }
}

test('[CL364] that what waited has failed is told whatever was cleared, and so is its next try', async () => {
  const { device, update } = await waitingAndCleared()
  const verdict = { class: 'refused', code: 'bad-content', detail: 'no' } as const
  await device.say({ frame: 'answer', conversation: lunch, answers: [{ ...update, verdict }] })
  expect(take(device.events, 'message-status')).toMatchObject([
    { message: { text: 'mine', state: 'failed', error: { code: 'bad-content' } } },
  ])
  const [kept] = device.engine.unsent().filter(({ kind }) => kind === 'message')
  if (kept === undefined) throw new Error('nothing is kept')
  await device.engine.retryUnsent(kept.id)
  expect(take(device.events, 'message-status')).toMatchObject([{ message: { state: 'sending' } }])
})

test('[CL364] that what waited is sent is told, also where another device has cleared it already', async () => {
  const { device, script, update } = await waitingAndCleared()
  const row = script.accept(update)
  await device.say({
    frame: 'own',
    rows: [{ kind: 'setting', key: lunch, value: { cleared: row.seq }, time: 7 }],
  })
  await device.say(script.accepted([update], [row]), script.frame(row))
  expect(take(device.events, 'message-status')).toMatchObject([{ message: { text: 'mine', state: 'sent' } }])
  expect((await device.engine.history(lunch, {})).messages).toEqual([])
})
