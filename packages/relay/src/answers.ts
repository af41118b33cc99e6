/** What a turn's outcomes make for each session: one answer frame per conversation, commands one by one. Rule RE40. */
import {
  type Answer,
  type CommandAnswer,
  type MemberMark,
  maxAnswersPerFrame,
  type PushAnswer,
  type ToldMarks,
} from '@parley/wire'
import type { Outcome } from './inputs.ts'
import type { Session } from './session.ts'
import type { Waiting } from './work.ts'

type AnswerFrame = PushAnswers | CommandAnswer | ToldMarks

/** While a turn still adds to it. */
type PushAnswers = Answer & { readonly answers: PushAnswer[] }

export type SessionAnswers = ReadonlyMap<Session, readonly AnswerFrame[]>

export function answersOf(turn: readonly Waiting[], outcomes: readonly Outcome[]): SessionAnswers {
  const answers = new Map<Session, AnswerFrame[]>()
  let next = 0
  for (const { session, input } of turn) {
    const outcome = outcomes[next]
    next += 1
    if (outcome === undefined) throw new Error('every input has an outcome')
    const known = answers.get(session)
    const frames = known ?? []
    if (known === undefined) answers.set(session, frames)
    const { conversation } = input
    if (outcome.kind === 'push') addAnswers(frames, conversation, outcome.answers)
    else if (outcome.kind === 'marks') addMarks(frames, conversation, outcome.stands)
    else if (input.kind !== 'push' && input.kind !== 'marks') {
      frames.push({ frame: 'command-answer', conversation, id: input.id, verdict: outcome.verdict })
    }
  }
  return answers
}

function addMarks(frames: AnswerFrame[], conversation: string, stands: MemberMark | undefined): void {
  if (stands !== undefined) frames.push({ frame: 'marks', conversation, marks: [stands] })
}

function addAnswers(frames: AnswerFrame[], conversation: string, answers: readonly PushAnswer[]): void {
  const earlier = frames.findLast(
    (frame): frame is PushAnswers => frame.frame === 'answer' && frame.conversation === conversation,
  )
  if (earlier === undefined || earlier.answers.length + answers.length > maxAnswersPerFrame) {
    frames.push({ frame: 'answer', conversation, answers: [...answers] })
  } else earlier.answers.push(...answers)
}

const violations = new Set(['not-an-append', 'not-canonical', 'author-mismatch'])

/** Refusals that no honest device meets: its own library would not have made such an update. */
export function violationsIn(answers: readonly PushAnswer[]): number {
  let count = 0
  for (const { verdict } of answers)
    if (verdict.class === 'refused' && violations.has(verdict.code)) count += 1
  return count
}

/** Final refusals of whatever kind. An honest device may meet hundreds at once: what it wrote before it was removed. */
export function refusalsIn(frame: AnswerFrame): number {
  if (frame.frame === 'marks') return 0
  if (frame.frame === 'command-answer') return frame.verdict.class === 'refused' ? 1 : 0
  let count = 0
  for (const { verdict } of frame.answers) if (verdict.class === 'refused') count += 1
  return count
}
