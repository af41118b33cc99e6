/** What a turn's outcomes make for each session: one answer frame per conversation, commands one by one. Rule RE40. */
import { type Answer, type CommandAnswer, maxAnswersPerFrame, type PushAnswer } from '@parley/wire'
import type { Outcome } from './inputs.ts'
import type { Session } from './session.ts'
import type { Waiting } from './work.ts'

export type SessionAnswers = ReadonlyMap<Session, readonly (Answer | CommandAnswer)[]>

export function answersOf(turn: readonly Waiting[], outcomes: readonly Outcome[]): SessionAnswers {
  const answers = new Map<Session, (Answer | CommandAnswer)[]>()
  for (const [index, { session, input }] of turn.entries()) {
    const outcome = outcomes[index]
    if (outcome === undefined) throw new Error('every input has an outcome')
    const frames = answers.get(session) ?? []
    answers.set(session, frames)
    const { conversation } = input
    if (outcome.kind === 'push') addAnswers(frames, conversation, outcome.answers)
    else if (input.kind !== 'push') {
      frames.push({ frame: 'command-answer', conversation, id: input.id, verdict: outcome.verdict })
    }
  }
  return answers
}

function addAnswers(
  frames: (Answer | CommandAnswer)[],
  conversation: string,
  answers: readonly PushAnswer[],
): void {
  const at = frames.findLastIndex((frame) => frame.frame === 'answer' && frame.conversation === conversation)
  const earlier = frames[at]
  const together = earlier?.frame === 'answer' ? [...earlier.answers, ...answers] : answers
  if (earlier === undefined || together.length > maxAnswersPerFrame) {
    frames.push({ frame: 'answer', conversation, answers })
  } else frames[at] = { frame: 'answer', conversation, answers: together }
}

const violations = new Set(['not-an-append', 'not-canonical', 'author-mismatch'])

/** Refusals that no honest device meets: its own library would not have made such an update. */
export function violationsIn(answers: readonly PushAnswer[]): number {
  return answers.filter(({ verdict }) => verdict.class === 'refused' && violations.has(verdict.code)).length
}
