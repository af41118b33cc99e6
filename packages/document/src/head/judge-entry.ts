/**
 * Who writes what into a conversation, and who is heard in it. Rules DO60, DO61, DO97 to DO99, DO140.
 */
import type { Entry, Operation } from '../entry/entry.ts'
import type { Head } from './head.ts'
import type { UserId } from '../ids.ts'
import { hasRight } from './rights.ts'
import { refuse, type Refused } from './verdict.ts'

export type EntryVerdict = { readonly accepted: true } | Refused

/** The message an operation names; undefined where there is none. */
export interface Target {
  readonly author: UserId
  readonly type: number
  /** It was taken back. */
  readonly recalled: boolean
}

/**
 * `time` is the relay's (the device's guess while it waits): mutes end by it. `blocks`: whether somebody wants nothing to do
 * with the author, which no device knows.
 */
export function judgeEntry(
  head: Head,
  entry: Entry,
  by: UserId,
  target: Target | undefined,
  time: number,
  blocks: (user: UserId) => boolean = nobody,
): EntryVerdict {
  if (entry.from !== by) return refuse('author-mismatch', 'an entry is written by its author alone')
  if (!head.members.has(by)) return refuse('not-a-member', 'only members write')
  // Whoever may not speak could say anything by editing what he once said; what was said may always be taken back.
  const speaks = !('op' in entry && entry.op === 'recall')
  const silenced = speaks ? judgeSpeaking(head, by, time, blocks) : undefined
  return silenced ?? judgeTarget(entry, by, target)
}

/** Whether what he only says now (that he is typing, a message nobody keeps) is passed on to the others. */
export function judgeSignal(
  head: Head,
  by: UserId,
  time: number,
  blocks: (user: UserId) => boolean = nobody,
): EntryVerdict {
  if (!head.members.has(by)) return refuse('not-a-member', 'only members are heard')
  return judgeSpeaking(head, by, time, blocks) ?? accepted
}

function judgeSpeaking(
  head: Head,
  by: UserId,
  time: number,
  blocks: (user: UserId) => boolean,
): Refused | undefined {
  if ((head.muted.get(by) ?? 0) > time) return refuse('muted', 'he may not speak for the time being')
  if (!hasRight(head, by, 'speak')) return refuse('not-allowed', 'here not everybody speaks')
  // In a group nobody is kept from speaking by one of many.
  const alone = head.info.kind === 'direct'
  return alone && [...head.members.keys()].some((user) => user !== by && blocks(user))
    ? refuse('blocked', 'the other one has blocked him')
    : undefined
}

function judgeTarget(entry: Entry, by: UserId, target: Target | undefined): EntryVerdict {
  if (!('op' in entry)) return accepted
  if (target === undefined) return refuse('target-unknown', 'there is no such message')
  if (entry.op !== 'react' && target.author !== by) return notHis(entry)
  return target.recalled && entry.op !== 'recall'
    ? refuse('target-recalled', 'the message has been taken back')
    : accepted
}

function notHis({ op }: Operation): Refused {
  return refuse(
    'not-allowed',
    op === 'edit' ? 'only its author edits a message' : 'only its author recalls a message',
  )
}

const nobody = (): boolean => false
const accepted = { accepted: true } as const
