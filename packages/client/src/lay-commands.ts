/** Commands that wait, laid over the head they are about by the rules of the relay. Rule CL129. */
import { changeHead } from '@parley/document'
import { judgeCommand } from '@parley/document/commands'
import type { Command, ConversationId, Head, JudgeContext, UserId, Verdict } from '@parley/document'
import type { CommandItem } from './records.ts'

export interface HeadContext {
  readonly user: UserId
  readonly now: number
}

/** What waits makes of a head. */
export function layCommands(
  confirmed: Head | undefined,
  id: ConversationId,
  seq: number,
  commands: Iterable<CommandItem>,
  context: HeadContext,
): Head | undefined {
  let head = confirmed
  for (const item of commands) {
    const waits = item.state === 'waiting' && (item.answered === null || item.answered.seq > seq)
    if (!waits) continue
    const verdict = judgeCommand(head, item.command, judgeContext(id, context))
    if (verdict.accepted && verdict.change !== null) head = changeHead(head, verdict.change, context.now)
  }
  return head
}

export function predict(
  id: ConversationId,
  head: Head | undefined,
  command: Command,
  context: HeadContext,
): Verdict {
  return judgeCommand(head, command, judgeContext(id, context))
}

/** Who was here before is for the relay to know. */
function judgeContext(conversation: ConversationId, { user, now }: HeadContext): JudgeContext {
  return { conversation, by: user, time: now, formerly: () => 'never' }
}
