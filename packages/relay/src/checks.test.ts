import { firstRelayClientId, writeAppend, writeEntry } from '@parley/document'
import { expect, test } from 'vitest'
import { fillPage, fillRest } from './testing/fill-page.ts'
import { createPen, testEntryId } from './testing/pen.ts'
import { createTestDevice, testConversationId } from './testing/test-device.ts'
import { commanded, createTestLunch, pushed } from './testing/test-lunch.ts'

test('[RE10] bytes that are no append are refused under the place they begin with', async () => {
  const { tom, conversation } = await createTestLunch()
  const { update } = createPen({ user: tom.user, client: 300, clock: 0 }).text('hello')
  tom.push(conversation, 1, [
    update.subarray(0, update.length - 1),
    new Uint8Array(),
    Uint8Array.of(1, 1, 5, 9, 0),
  ])
  const [frame] = await tom.take('answer')
  expect(frame?.answers).toMatchObject([
    { client: 300, clock: 0, verdict: { class: 'refused', code: 'not-an-append' } },
    { client: 0, clock: 0, verdict: { class: 'refused', code: 'not-an-append' } },
    { client: 5, clock: 9, verdict: { class: 'refused', code: 'not-an-append' } },
  ])
})

test('[RE11] a client id of the relay is refused', async () => {
  const { tom, conversation } = await createTestLunch()
  const first = createPen({ user: tom.user, client: firstRelayClientId }).text('me, the relay')
  const last = createPen({ user: tom.user, client: firstRelayClientId - 1 }).text('me, a device')
  expect(await pushed(tom, conversation, 1, first.update, last.update)).toMatchObject([
    { class: 'refused', code: 'not-an-append' },
    { class: 'accepted' },
  ])
})

test('[RE12] a client id belongs to the device that used it first on the page', async () => {
  const { relay, tom, mary, conversation } = await createTestLunch()
  const tablet = createTestDevice(relay, { user: 'Tom', device: 2 })
  const pen = createPen({ user: tom.user, client: 7 })
  const own = pen.text('mine')
  await pushed(tom, conversation, 1, own.update)
  const next = pen.text('mine too').update
  expect(await pushed(tablet, conversation, 1, own.update, next)).toEqual([
    { class: 'rewrite', code: 'client-id-taken', page: 1 },
    { class: 'rewrite', code: 'client-id-taken', page: 1 },
  ])
  const forged = createPen({ user: mary.user, client: 7, clock: 1, origin: own }).text('not mine')
  expect(await pushed(mary, conversation, 1, forged.update)).toMatchObject([{ code: 'client-id-taken' }])
  expect(await pushed(tom, conversation, 1, next)).toMatchObject([{ class: 'accepted' }])
})

test('[RE13] at a taken clock the same bytes are a duplicate, others are not', async () => {
  const { tom, conversation, clock } = await createTestLunch()
  const first = createPen({ user: tom.user, client: 7 }).text('hello')
  const other = createPen({ user: tom.user, client: 7 }).text('hullo')
  await pushed(tom, conversation, 1, first.update)
  clock.time += 5000
  expect(await pushed(tom, conversation, 1, first.update, other.update)).toEqual([
    { class: 'duplicate', seq: 2, time: clock.time - 5000, page: 1, client: 7, clock: 0 },
    { class: 'rewrite', code: 'clock-reused', page: 1 },
  ])
})

test('[RE13] at the clock of an erased entry anything is a duplicate', async () => {
  const { tom, conversation } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  const first = pen.text('oops')
  await pushed(tom, conversation, 1, first.update, pen.recall(first.id).update)
  const other = createPen({ user: tom.user, client: 7 }).text('other')
  expect(await pushed(tom, conversation, 1, first.update, other.update)).toMatchObject([
    { class: 'duplicate', seq: 2, client: 7, clock: 0 },
    { class: 'duplicate', seq: 2, client: 7, clock: 0 },
  ])
})

test('[RE13] at the clock of an entry erased in the same turn anything is a duplicate, too', async () => {
  const { tom, conversation } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  const other = createPen({ user: tom.user, client: 7 }).text('other')
  const first = pen.text('oops')
  const verdicts = await pushed(tom, conversation, 1, first.update, pen.recall(first.id).update, other.update)
  expect(verdicts.at(-1)).toMatchObject({ class: 'duplicate', seq: 2, client: 7, clock: 0 })
})

test('[RE13] what was accepted in the same turn is a duplicate too', async () => {
  const { tom, conversation } = await createTestLunch()
  const { update } = createPen({ user: tom.user, client: 7 }).text('hello')
  expect(await pushed(tom, conversation, 1, update, update)).toMatchObject([
    { class: 'accepted', seq: 2 },
    { class: 'duplicate', seq: 2, page: 1, client: 7, clock: 0 },
  ])
})

test('[RE14] a clock above the next one is a gap', async () => {
  const { tom, conversation } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  const [first, second, third] = [pen.text('1'), pen.text('2'), pen.text('3')]
  expect(await pushed(tom, conversation, 1, second.update)).toEqual([
    { class: 'rewrite', code: 'gap', page: 1 },
  ])
  expect(await pushed(tom, conversation, 1, first.update, third.update, second.update)).toMatchObject([
    { class: 'accepted' },
    { class: 'rewrite', code: 'gap' },
    { class: 'accepted' },
  ])
})

test('[RE15] an id of the same author is a duplicate where it stands, under whatever client and page', async () => {
  const lunch = await createTestLunch()
  const { tom, conversation } = lunch
  const first = createPen({ user: tom.user, client: 7 }).text('hello')
  await pushed(tom, conversation, 1, first.update)
  const again = createPen({ user: tom.user, client: 8, origin: first }).text('hello', first.id)
  const duplicate = { class: 'duplicate', seq: 2, page: 1, client: 7, clock: 0 }
  expect(await pushed(tom, conversation, 1, again.update)).toMatchObject([duplicate])
  expect(await pushed(tom, conversation, 5, again.update)).toMatchObject([duplicate])
})

test('[RE15] an id of another author is refused', async () => {
  const { tom, mary, conversation } = await createTestLunch()
  const first = createPen({ user: tom.user, client: 7 }).text('hello')
  const forged = createPen({ user: mary.user, client: 8, origin: first }).text('hello', first.id)
  await pushed(tom, conversation, 1, first.update)
  expect(await pushed(mary, conversation, 1, forged.update)).toMatchObject([
    { class: 'refused', code: 'message-id-taken' },
  ])
})

test('[RE16] a message goes to the open page and to no other', async () => {
  const lunch = await createTestLunch()
  const { tom, mary, conversation } = lunch
  const late = createPen({ user: mary.user, client: 9 }).text('late').update
  const closed = { class: 'rewrite', code: 'page-closed' }
  expect(await pushed(mary, conversation, 2, late)).toEqual([{ ...closed, page: 1 }])
  expect(await pushed(mary, conversation, 1000, late)).toEqual([{ ...closed, page: 1 }])
  await fillPage(lunch)
  expect(await pushed(mary, conversation, 1, late)).toEqual([{ ...closed, page: 2 }])
  expect(await pushed(mary, conversation, 2, late)).toMatchObject([{ class: 'accepted' }])
  const other = createPen({ user: tom.user, client: 10 }).text('too far').update
  expect(await pushed(tom, conversation, 3, other)).toEqual([{ ...closed, page: 2 }])
})

test('[RE17] an operation goes to the page of its target, closed or not', async () => {
  const lunch = await createTestLunch()
  const { tom, conversation, faults } = lunch
  const pen = createPen({ user: tom.user, client: 7 })
  const target = pen.text('oops')
  await pushed(tom, conversation, 1, target.update)
  pen.origin = { client: 77, clock: 0 }
  await fillRest(lunch)
  const recall = pen.recall(target.id)
  expect(
    await pushed(tom, conversation, 2, createPen({ user: tom.user, client: 8 }).recall(target.id).update),
  ).toEqual([{ class: 'rewrite', code: 'page-closed', page: 1 }])
  expect(await pushed(tom, conversation, 1, recall.update)).toMatchObject([{ class: 'accepted' }])
  expect(faults).toEqual([])
})

test("[RE17] [RE20] an operation on nothing, on an operation, or on another's message is refused", async () => {
  const { tom, mary, conversation } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  const message = pen.text('hello')
  const recall = pen.recall(message.id)
  await pushed(tom, conversation, 1, message.update, recall.update)
  const own = createPen({ user: tom.user, client: 8, origin: recall })
  expect(await pushed(tom, conversation, 1, own.recall(testEntryId()).update)).toMatchObject([
    { class: 'refused', code: 'target-unknown' },
  ])
  own.clock = 0
  own.origin = recall
  expect(await pushed(tom, conversation, 1, own.recall(recall.id).update)).toMatchObject([
    { class: 'refused', code: 'target-unknown' },
  ])
  const foreign = createPen({ user: mary.user, client: 9, origin: recall })
  expect(await pushed(mary, conversation, 1, foreign.recall(message.id).update)).toMatchObject([
    { class: 'refused', code: 'not-allowed' },
  ])
})

test('[RE18] a stranger is told the same whether the conversation exists or not', async () => {
  const { tom, eve, conversation } = await createTestLunch()
  const known = createPen({ user: tom.user, client: 7 }).text('hello')
  await pushed(tom, conversation, 1, known.update)
  const pen = createPen({ user: eve.user, client: 8 })
  const updates = [
    known.update,
    pen.text('let me in').update,
    pen.text('gap').update,
    createPen({ user: eve.user, client: 7 }).text('taken', known.id).update,
  ]
  const here = [
    ...(await pushed(eve, conversation, 1, ...updates)),
    ...(await pushed(eve, conversation, 9, ...updates)),
  ]
  const nowhere = [
    ...(await pushed(eve, testConversationId(404), 1, ...updates)),
    ...(await pushed(eve, testConversationId(404), 9, ...updates)),
  ]
  expect(here).toEqual(nowhere)
  expect(here).toHaveLength(8)
  expect(here.every((verdict) => verdict.class === 'refused' && verdict.code === 'not-found')).toBe(true)
  expect(await pushed(eve, 'no id at all!', 1, pen.text('hello').update)).toMatchObject([
    { code: 'not-found' },
  ])
})

test('[RE18] a former member is told that he is none, and what was accepted stays a duplicate', async () => {
  const { tom, mary, conversation } = await createTestLunch()
  const pen = createPen({ user: mary.user, client: 7 })
  const before = pen.text('still here')
  await pushed(mary, conversation, 1, before.update)
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  expect(await pushed(mary, conversation, 1, before.update, pen.text('gone').update)).toMatchObject([
    { class: 'duplicate', seq: 2 },
    { class: 'refused', code: 'not-a-member' },
  ])
})

test('[RE18] membership holds from row to row within a turn', async () => {
  const { tom, mary, conversation } = await createTestLunch()
  const pen = createPen({ user: mary.user, client: 7 })
  mary.push(conversation, 1, [pen.text('before').update])
  tom.command(conversation, { op: 'remove', members: ['Mary'] })
  mary.push(conversation, 1, [pen.text('after').update])
  const answers = (await mary.take('answer')).flatMap((frame) => frame.answers)
  expect(answers).toMatchObject([
    { verdict: { class: 'accepted', seq: 2 } },
    { verdict: { class: 'refused', code: 'not-a-member' } },
  ])
})

test('[RE19] an entry in the name of another, or one that is not canonical, is refused', async () => {
  const { tom, mary, conversation } = await createTestLunch()
  const forged = createPen({ user: tom.user, client: 7 }).text('I am Tom')
  expect(await pushed(mary, conversation, 1, forged.update)).toMatchObject([
    { class: 'refused', code: 'author-mismatch' },
  ])
  const entry = { from: tom.user, id: testEntryId(), sentAt: 1, type: -1, text: 'keys in another order' }
  const content = writeEntry(entry)
  // The writer puts keys in order; so the first two are exchanged by hand.
  const [id, from] = [content.subarray(2, 29), content.subarray(29, 29 + 10)]
  const swapped = Uint8Array.from([...content.subarray(0, 2), ...from, ...id, ...content.subarray(39)])
  const update = writeAppend({ client: 8, clock: 0, origin: null, content: swapped })
  const [verdict] = await pushed(tom, conversation, 1, update)
  expect(verdict).toMatchObject({ class: 'refused' })
  expect(['bad-content', 'not-canonical']).toContain(verdict?.class === 'refused' ? verdict.code : '')
})

test('[RE21] the origin is nothing, or a known item of the page', async () => {
  const { tom, mary, conversation } = await createTestLunch()
  const early = createPen({ user: tom.user, client: 7, origin: { client: 5, clock: 0 } }).text(
    'behind nothing',
  )
  const unknown = { class: 'rewrite', code: 'origin-unknown', page: 1 }
  expect(await pushed(tom, conversation, 1, early.update)).toEqual([unknown])
  const first = createPen({ user: tom.user, client: 7 }).text('first')
  await pushed(tom, conversation, 1, first.update)
  const write = (origin: { client: number; clock: number } | null): Uint8Array =>
    createPen({ user: mary.user, client: 8, origin }).text('second').update
  expect(await pushed(mary, conversation, 1, write({ client: 7, clock: 1 }))).toEqual([unknown])
  expect(await pushed(mary, conversation, 1, write({ client: 9, clock: 0 }))).toEqual([unknown])
  expect(await pushed(mary, conversation, 1, write(first))).toMatchObject([{ class: 'accepted' }])
  const beside = createPen({ user: tom.user, client: 11, origin: null }).text('at the same time')
  expect(await pushed(tom, conversation, 1, beside.update)).toMatchObject([{ class: 'accepted' }])
})
