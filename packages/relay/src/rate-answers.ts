/** What is answered where something came too fast: nothing of it has been looked at. */
import type { Answer, CommandAnswer, CommandFrame, Push } from '@parley/wire'
import { placeInBytes } from './place-in-bytes.ts'

export function limitedPush({ conversation, page, updates }: Push, waitMs: number): Answer {
  const verdict = { class: 'later', code: 'rate-limited', waitMs } as const
  const answers = updates.map((update) => ({ page, ...placeInBytes(update), verdict }))
  return { frame: 'answer', conversation, answers }
}

export function limitedCommand({ conversation, id }: CommandFrame, waitMs: number): CommandAnswer {
  const verdict = { class: 'later', code: 'rate-limited', waitMs } as const
  return { frame: 'command-answer', conversation, id, verdict }
}
