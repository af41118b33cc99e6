import { maxPageCorrections } from '@parley/document'
import { expect, test } from 'vitest'
import { createPen } from './testing/pen.ts'
import { createTestLunch, pushed } from './testing/test-lunch.ts'

test('[RE127] an author corrects often, but not without end, and takes back even then', async () => {
  const limits = { maxPageEntries: 1, maxUserUpdatesBurst: 10_000 }
  const { tom, mary, conversation, disk } = await createTestLunch({ limits })
  const pen = createPen({ user: tom.user, client: 7 })
  const message = pen.text('meat at noon')
  await pushed(tom, conversation, 1, message.update)
  const entries = (): number => disk.conversations.get(conversation)?.pages.get(1)?.entries ?? 0
  while (entries() < maxPageCorrections) {
    const count = Math.min(64, maxPageCorrections - entries())
    const edits = Array.from({ length: count }, () => pen.edit(message.id, 'again').update)
    const verdicts = await pushed(tom, conversation, 1, ...edits)
    expect(new Set(verdicts.map((verdict) => verdict.class))).toEqual(new Set(['accepted']))
    await mary.take('rows')
  }
  const { clock, origin } = pen
  expect(await pushed(tom, conversation, 1, pen.edit(message.id, 'once more').update)).toMatchObject([
    { class: 'refused', code: 'page-full' },
  ])
  Object.assign(pen, { clock, origin })
  expect(await pushed(tom, conversation, 1, pen.recall(message.id).update)).toMatchObject([
    { class: 'accepted' },
  ])
  await mary.take('rows')
})
