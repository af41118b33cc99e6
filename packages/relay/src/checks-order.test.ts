import { expect, test } from 'vitest'
import { protocolOrder } from './checks.ts'
import { fillRest } from './testing/fill-page.ts'
import { createPen, testEntryId } from './testing/pen.ts'
import { createTestDevice, settle } from './testing/test-device.ts'
import { commanded, createTestLunch, pushed } from './testing/test-lunch.ts'

test("[RE25] the order of the checks is the protocol's", () => {
  expect(protocolOrder.map(({ name }) => name)).toEqual([
    'append',
    'relay-range',
    'stranger',
    'known-clock',
    'gap',
    'known-id',
    'membership',
    'page',
    'content',
    'rules',
    'origin',
  ])
})

test('[RE25] what is known comes before the page and before membership', async () => {
  const lunch = await createTestLunch()
  const { tom, mary, conversation } = lunch
  const pen = createPen({ user: mary.user, client: 7 })
  const first = pen.text('hello')
  await pushed(mary, conversation, 1, first.update)
  await fillRest(lunch)
  const under = createPen({ user: mary.user, client: 8 }).text('hello', first.id)
  expect(await pushed(mary, conversation, 1, first.update)).toMatchObject([{ class: 'duplicate', seq: 2 }])
  expect(await pushed(mary, conversation, 2, under.update)).toMatchObject([{ class: 'duplicate', seq: 2 }])
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  expect(await pushed(mary, conversation, 2, under.update)).toMatchObject([{ class: 'duplicate', seq: 2 }])
})

test('[RE292] a session that brings nothing but what is refused ends, and the next one of the device goes on', async () => {
  const { relay, tom, mary, conversation } = await createTestLunch({ limits: { maxRefusals: 3 } })
  mary.command(conversation, { op: 'role', member: 'Mary', role: 'owner' })
  mary.command(conversation, { op: 'remove', members: ['Tom'] })
  const pen = createPen({ user: mary.user, client: 7 })
  mary.push(conversation, 1, [pen.recall(testEntryId()).update])
  expect((await mary.take('command-answer')).map(({ verdict }) => verdict.class)).toEqual([
    'refused',
    'refused',
  ])
  expect(mary.closedBy).toBeUndefined()
  mary.command(conversation, { op: 'update', policy: { invite: 'owner' } })
  await settle()
  expect([mary.closedBy, tom.closedBy]).toEqual(['overloaded', undefined])
  const again = createTestDevice(relay, { user: 'Mary', device: 2 })
  await settle()
  again.push(conversation, 1, [createPen({ user: mary.user, client: 8 }).text('in earnest').update])
  expect(await again.take('answer')).toMatchObject([{ answers: [{ verdict: { class: 'accepted' } }] }])
})

test('[RE26] a device that keeps sending what no device would is sent away, a careless one is not', async () => {
  const { tom, mary, conversation } = await createTestLunch({ limits: { maxViolations: 3 } })
  tom.push(conversation, 1, [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)])
  mary.push(
    conversation,
    1,
    Array.from({ length: 9 }, () => createPen({ user: mary.user, client: 7, clock: 5 }).text('gap').update),
  )
  await settle()
  expect([tom.closedBy, mary.closedBy]).toEqual([undefined, undefined])
  tom.push(conversation, 1, [Uint8Array.of(4)])
  await settle()
  expect(tom.closedBy).toBe('malformed')
  expect(mary.closedBy).toBeUndefined()
})
