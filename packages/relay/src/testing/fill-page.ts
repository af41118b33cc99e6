/** Pages that are full, so that the next message needs another. */
import { maxPageEntries } from '@parley/document'
import { expect } from 'vitest'
import { createPen } from './pen.ts'
import { pushed, type TestLunch } from './test-lunch.ts'

/** Fills the first page with Tom's messages, so that it closes. Answers the pen that wrote them. */
export async function fillPage(
  { tom, conversation }: TestLunch,
  client = 77,
): Promise<ReturnType<typeof createPen>> {
  const pen = createPen({ user: tom.user, client })
  for (let left = maxPageEntries; left > 0; left -= 64) {
    const updates = Array.from({ length: Math.min(64, left) }, () => pen.text('filler').update)
    const verdicts = await pushed(tom, conversation, 1, ...updates)
    expect(verdicts.every((verdict) => verdict.class === 'accepted')).toBe(true)
  }
  return pen
}

/** The first page holds one message already. */
export async function fillRest({ tom, conversation }: TestLunch): Promise<void> {
  const pen = createPen({ user: tom.user, client: 77, origin: { client: 7, clock: 0 } })
  for (let left = maxPageEntries - 1; left > 0; left -= 64) {
    const updates = Array.from({ length: Math.min(64, left) }, () => pen.text('filler').update)
    await pushed(tom, conversation, 1, ...updates)
  }
}
