import { expect, test } from 'vitest'
import { holder, lunch, stranger, talk } from '../testing/history.test-kit.ts'
import { codeOf, entryId, jerry, pushed, settle, tom } from '../testing/values.test-kit.ts'
import { MessageStatus } from './message.ts'
import { range, shown, three, words } from '../testing/timeline.test-kit.ts'

test('[CL215] a timeline begins with the newest messages, and what waits behind them', async () => {
  const script = talk(three)
  const device = await stranger(script)
  const { timeline, calls } = await shown(device, { limit: 5 }, script)
  expect(words(timeline)).toEqual(range(8, 12))
  expect([timeline.hasOlder, timeline.hasNewer, timeline.missing]).toEqual([true, false, false])
  expect(calls()).toBeGreaterThan(0)
  const small = await shown(await holder(talk({ sizes: [2] }), [1]), { limit: 5 })
  expect([words(small.timeline), small.timeline.hasOlder]).toEqual([['1', '2'], false])
})

test('[CL215] more may wait here than a timeline begins with: all of it is shown, and does not count', async () => {
  const device = await holder(talk({ sizes: [2] }), [1])
  await device.cut()
  for (const text of ['a', 'b', 'c']) await device.engine.send(lunch, { type: -1, text })
  const { timeline } = await shown(device, { limit: 1 })
  expect(words(timeline)).toEqual(['2', 'a', 'b', 'c'])
  expect(await timeline.loadOlder()).toBe(1)
  expect(words(timeline)).toEqual(['1', '2', 'a', 'b', 'c'])
})

test('[CL215] what a timeline is given wrongly is refused', async () => {
  const device = await holder(talk(three), [1, 2, 3])
  for (const options of [{ limit: 0 }, { limit: 101 }, { limit: 1.5 }, { limit: 50, max: 49 }, { max: 1001 }])
    await expect(shown(device, options)).rejects.toThrow(/bad-argument/)
  const { timeline } = await shown(device)
  for (const call of [
    timeline.loadOlder(0),
    timeline.loadNewer(101),
    timeline.jumpTo('x'),
    timeline.jumpTo(new Date('no')),
  ])
    expect(await codeOf(call)).toBe('bad-argument')
})

test('[CL216] what has not changed stays the same object, and nothing changed is the same array', async () => {
  const script = talk(three)
  const device = await holder(script, [1, 2, 3])
  const { timeline, calls } = await shown(device, { limit: 5 })
  const before = timeline.messages
  const began = calls()
  await device.engine.setDraft(lunch, { type: -1, text: 'hm' })
  await settle()
  expect([timeline.messages, calls()]).toEqual([before, began])
  expect(timeline.messages).toBe(before)
  await device.say(script.frame(script.text(jerry, 'new')))
  expect(timeline.messages).not.toBe(before)
  expect(timeline.messages.slice(0, 5).every((message, at) => message === before[at])).toBe(true)
  expect(words(timeline)).toEqual([...range(8, 12), 'new'])
  expect(Object.isFrozen(timeline.messages)).toBe(true)
})

test('[CL216] a recall, an edit, a reaction and a status replace their message, and no other', async () => {
  const script = talk({ sizes: [2] })
  const device = await holder(script, [1])
  const { timeline } = await shown(device)
  const row = script.text(jerry, 'helo')
  await device.say(script.frame(row))
  const target = timeline.messages[2]?.id
  const said = target as never
  expect(target).toBe(said)
  const [one, two, three_] = timeline.messages
  const edit = {
    id: entryId(700),
    from: jerry,
    sentAt: 9,
    op: 'edit',
    target: said,
    type: -1,
    text: 'hello',
  } as const
  await device.say(script.frame(script.write(edit)))
  expect(words(timeline)).toEqual(['1', '2', 'hello'])
  expect([timeline.messages[0], timeline.messages[1]]).toEqual([one, two])
  expect(timeline.messages[0]).toBe(one)
  expect(timeline.messages[2]).not.toBe(three_)
  const edited = timeline.messages[2]
  await device.engine.react(lunch, said, '+', true)
  await settle()
  expect(timeline.messages[2]).not.toBe(edited)
  expect(timeline.messages[2]?.reactions).toMatchObject([{ sign: '+', users: [tom] }])
  expect(timeline.messages[1]).toBe(two)
  await device.say(script.frame(script.recall(row)))
  expect(words(timeline)).toEqual(['1', '2', '(recalled)'])
})

test('[CL217] an own message stands in the tail while it waits, and moves to its place once', async () => {
  const script = talk({ sizes: [2] })
  const device = await holder(script, [1])
  device.sent()
  const { timeline } = await shown(device)
  const seen: string[] = []
  timeline.subscribe(() => seen.push(words(timeline).join(' ')))
  await device.engine.send(lunch, { type: -1, text: 'mine' })
  await settle()
  const [update] = pushed(device.sent())
  if (update === undefined) throw new Error('it left')
  expect(timeline.messages[2]?.status).toBe(MessageStatus.SENDING)
  await device.say(script.frame(script.text(jerry, 'theirs')))
  const row = script.accept(update)
  await device.say(script.accepted([update], [row]))
  expect(timeline.messages.at(-1)).toMatchObject({ text: 'mine', status: MessageStatus.SENT, seq: row.seq })
  await device.say(script.frame(row))
  await device.say(script.frame(script.text(jerry, 'and on')))
  expect([...new Set(seen)]).toEqual(['1 2 mine', '1 2 theirs mine', '1 2 theirs mine and on'])
})

test('[CL217] one that is refused stays at the end, and one that is taken back goes', async () => {
  const script = talk({ sizes: [1] })
  const device = await holder(script, [1])
  device.sent()
  const { timeline } = await shown(device)
  const { id } = await device.engine.send(lunch, { type: -1, text: 'mine' })
  await settle()
  const [update] = pushed(device.sent())
  if (update === undefined) throw new Error('it left')
  const { page, client, clock } = update
  const verdict = { class: 'refused', code: 'bad-content', detail: 'no' } as const
  await device.say({ frame: 'answer', conversation: lunch, answers: [{ page, client, clock, verdict }] })
  await device.say(script.frame(script.text(jerry, 'theirs')))
  expect(words(timeline)).toEqual(['1', 'theirs', 'mine'])
  expect(timeline.messages.at(-1)).toMatchObject({
    status: MessageStatus.FAILED,
    error: { code: 'bad-content' },
  })
  await device.engine.discardUnsent(id)
  await settle()
  expect(words(timeline)).toEqual(['1', 'theirs'])
})
