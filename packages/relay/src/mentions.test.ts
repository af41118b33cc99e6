import { expect, test } from 'vitest'
import { createPen, type Pen } from './testing/pen.ts'
import { createTestDevice } from './testing/test-device.ts'
import { commanded, createTestLunch, pushed, type TestLunch } from './testing/test-lunch.ts'
import { testEpoch } from './testing/test-relay.ts'

let devices = 20

/** Whom the next catch-up of a user's says to be mentioned, from a cursor on. */
async function mentioned(
  { relay }: TestLunch,
  user: string,
  cursor = 0,
  epoch = testEpoch,
): Promise<readonly number[] | undefined> {
  devices += 1
  const device = createTestDevice(relay, { user, device: devices, epoch, cursor })
  return (await device.take('sync'))[0]?.news[0]?.mentioned
}

async function lunchWithPen(): Promise<{ readonly lunch: TestLunch; readonly pen: Pen }> {
  const lunch = await createTestLunch()
  return { lunch, pen: createPen({ user: lunch.tom.user, client: 7 }) }
}

test('[RE128] who is mentioned is told since his cursor, everybody by a star, an author never', async () => {
  const { lunch, pen } = await lunchWithPen()
  const { tom, mary, conversation, disk } = lunch
  const calls = [pen.text('nobody'), pen.call(['Mary', 'Tom']), pen.call(['*', 'Mary']), pen.call(['Eve'])]
  await pushed(tom, conversation, 1, ...calls.map(({ update }) => update))
  const own = createPen({ user: mary.user, client: 8, origin: pen.origin })
  await pushed(mary, conversation, 1, own.call(['*', 'Tom']).update)
  expect(await mentioned(lunch, 'Mary')).toEqual([3, 4])
  expect(await mentioned(lunch, 'Mary', 3)).toEqual([4])
  expect(await mentioned(lunch, 'Mary', 5)).toEqual([])
  expect(await mentioned(lunch, 'Tom')).toEqual([6])
  const stored = [...(disk.conversations.get(conversation)?.mentions.values() ?? [])].flat()
  expect(stored.map(({ user, seq, author }) => `${author} ${seq} ${user}`)).toEqual([
    'Tom 3 Mary',
    'Tom 4 *',
    'Tom 4 Mary',
    'Tom 5 Eve',
    'Mary 6 *',
    'Mary 6 Tom',
  ])
})

test('[RE128] a device that has never synced has no mark that a mention could be above', async () => {
  const { lunch, pen } = await lunchWithPen()
  await pushed(lunch.tom, lunch.conversation, 1, pen.call(['Mary']).update)
  expect(await mentioned(lunch, 'Mary', 0, '')).toEqual([])
  expect(await mentioned(lunch, 'Mary', 0, 'another epoch')).toEqual([2])
})

test('[RE128] with its message a mention is gone, in the turn that brought it too', async () => {
  const { lunch, pen } = await lunchWithPen()
  const { tom, conversation, disk } = lunch
  const [first, second] = [pen.call(['Mary']), pen.call(['*'])]
  await pushed(tom, conversation, 1, first.update, second.update)
  await pushed(tom, conversation, 1, pen.recall(first.id).update)
  expect(await mentioned(lunch, 'Mary')).toEqual([3])
  const third = pen.call(['Mary', '*'])
  await pushed(tom, conversation, 1, third.update, pen.recall(third.id).update)
  expect(await mentioned(lunch, 'Mary')).toEqual([3])
  await pushed(tom, conversation, 1, pen.recall(second.id).update)
  expect(await mentioned(lunch, 'Mary')).toEqual([])
  expect([...(disk.conversations.get(conversation)?.mentions.values() ?? [])]).toEqual([])
})

test('[RE128] an edit mentions nobody, and takes no mention away', async () => {
  const { lunch, pen } = await lunchWithPen()
  const { tom, conversation } = lunch
  const [plain, call] = [pen.text('you'), pen.call(['Mary'])]
  await pushed(tom, conversation, 1, plain.update, call.update)
  const edits = [pen.edit(plain.id, 'Mary', ['Mary']), pen.edit(call.id, 'nobody')]
  await pushed(tom, conversation, 1, ...edits.map(({ update }) => update))
  await pushed(tom, conversation, 1, pen.edit(plain.id, 'everybody', ['*']).update)
  expect(await mentioned(lunch, 'Mary')).toEqual([3])
  expect(await mentioned(lunch, 'Mary', 3)).toEqual([])
})

test('[RE128] who comes is asked for from his coming on, and who has left until then', async () => {
  const { lunch, pen } = await lunchWithPen()
  const { tom, conversation } = lunch
  await pushed(tom, conversation, 1, pen.call(['*', 'Ada']).update)
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  expect(await mentioned(lunch, 'Ada')).toEqual([])
  await pushed(tom, conversation, 1, pen.call(['*']).update)
  expect(await mentioned(lunch, 'Ada')).toEqual([4])
  await commanded(tom, conversation, { op: 'remove', members: ['Ada'] })
  await pushed(tom, conversation, 1, pen.call(['Ada']).update)
  expect(await mentioned(lunch, 'Ada')).toEqual([4])
  expect(await mentioned(lunch, 'Mary')).toEqual([2, 4])
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  expect(await mentioned(lunch, 'Ada')).toEqual([])
})
