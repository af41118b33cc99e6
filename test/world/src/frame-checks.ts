/**
 * What may leave the relay at this instant: nothing that is not on its disk, and nothing of a conversation for somebody
 * who may not read it (any more). Rules WO20, WO21.
 */
import { parseUserId } from '@parley/document'
import { uniqueConversationId } from '@parley/document/commands'
import type { ConversationId, UserId } from '@parley/document'
import type { MemberMark, News, OwnRow, PushAnswer, RelayedSignal, RelayFrame, Row } from '@parley/wire'
import type { Log, LoggedConversation } from './log.ts'
import type { RelayDisk } from './relay-disk.ts'

export function checkLeaves(log: Log, user: UserId, frame: RelayFrame): readonly string[] {
  switch (frame.frame) {
    case 'rows':
      return checkRows(log, user, frame.conversation, frame.rows)
    case 'sync':
      return frame.news.flatMap((news) => checkNews(log, user, news))
    case 'answer':
      return frame.answers.flatMap((answer) => checkAnswer(log, frame.conversation, answer))
    case 'command-answer': {
      const { verdict } = frame
      if (verdict.class !== 'accepted' && verdict.class !== 'duplicate') return []
      // Of a person's own command: the place of its last row in the feed.
      if (frame.conversation === '')
        return verdict.seq <= log.position ? [] : [`an own command was answered before the disk had it`]
      const held = find(log, frame.conversation)
      return held !== undefined && verdict.seq <= held.rows.length
        ? []
        : [`a command of ${frame.conversation} was answered (${verdict.seq}) before the disk had it`]
    }
    case 'fetch-answer': {
      const { fetched, conversation } = frame
      if (fetched.result === 'rows') return checkRows(log, user, conversation, fetched.rows)
      if (fetched.result !== 'head') return []
      return maySee(find(log, conversation), user, fetched.version)
        ? []
        : [`the head of ${conversation} at ${fetched.version} went to one who may not see it`]
    }
    case 'cursor':
      return frame.cursor <= log.position ? [] : [`a cursor ran ahead of the disk (${frame.cursor})`]
    case 'own':
      return frame.rows.flatMap((row) => checkOwn(log, user, row))
    case 'people-answer':
      return frame.people.flatMap(({ user: about, time, profile }) =>
        profile === null ? [] : checkOwn(log, about, { kind: 'profile', key: '', value: profile, time }),
      )
    case 'welcome':
    case 'digests-answer':
    case 'pong':
    case 'failure':
    case 'signal':
    case 'presence-answer':
    case 'presence':
    case 'token-taken':
      return []
    case 'query-answer':
      return [`an answer to a query that nobody has asked`]
    case 'marks':
      return checkMarks(log, user, frame.conversation, frame.marks)
  }
}

/**
 * A signal goes from a member to members, and past no block. What has landed and was not answered yet the relay does not
 * know: there both is right. Rule WO70.
 */
export function checkSignal(
  disk: Pick<RelayDisk, 'log' | 'unheard'>,
  user: UserId,
  { conversation, from }: RelayedSignal,
): readonly string[] {
  const log = disk.log()
  const held = find(log, conversation)
  const isMember = (who: string): boolean =>
    [...(held?.members.values() ?? [])].some((member) => member.user === who && member.role !== '') ||
    disk
      .unheard()
      .some(({ members }) =>
        members.some((member) => member.conversation === conversation && member.user === who),
      )
  const blocks = (who: string): boolean =>
    (log.people.get(`${who} block ${from}`)?.value ?? null) !== null &&
    !disk.unheard().some(({ people }) => people.some(({ owner, key }) => owner === who && key === from))
  const wrong: string[] = []
  if (!isMember(user)) wrong.push(`a signal in ${conversation} went to one who is no member`)
  if (!isMember(from)) wrong.push(`a signal of ${from} was passed on in ${conversation}, who is no member`)
  const others = [...(held?.members.keys() ?? [])].filter((who) => who !== from)
  if (others.some((who) => isBetween(conversation, who, from) && blocks(who)))
    wrong.push(`a signal of ${from} was passed on in ${conversation}, who is blocked there`)
  return wrong
}

/** The one-to-one conversation of these two. */
function isBetween(conversation: string, one: UserId, other: string): boolean {
  const two = parseUserId(other)
  return two !== undefined && uniqueConversationId('direct', [one, two]) === conversation
}

/** How far somebody has got is on the disk, and nobody has got further than the conversation. */
function checkMarks(
  log: Log,
  user: UserId,
  conversation: string,
  marks: readonly MemberMark[],
): readonly string[] {
  const held = find(log, conversation)
  // His own he may hear of in the very turn that ends his membership.
  const ofOthers = marks.some((mark) => mark.user !== user)
  if (ofOthers && held?.members.get(user)?.role === '')
    return [`marks of ${conversation} went to one who may not see them`]
  return marks.flatMap(({ user: member, delivered, read }) => {
    const stored = log.marks.get(`${conversation} ${member}`)
    if (stored === undefined || stored.delivered < delivered || stored.read < read)
      return [`a mark of ${member} in ${conversation} was told before the disk had it`]
    return Math.max(delivered, read) > (held?.rows.length ?? 0)
      ? [`${member} has got further in ${conversation} than it goes`]
      : []
  })
}

/** A row of a person is on the disk, as it is told or as it has become since. */
function checkOwn(log: Log, owner: string, { kind, key, time }: OwnRow): readonly string[] {
  const stored = log.people.get(`${owner} ${kind} ${key}`)
  if (stored === undefined) return [`${kind} ${key} of ${owner} was told before the disk had it`]
  return stored.time < time ? [`${kind} ${key} of ${owner} was told before the disk had this of it`] : []
}

function checkNews(log: Log, user: UserId, news: News): readonly string[] {
  const held = find(log, news.conversation)
  const wrong: string[] = []
  if (!maySee(held, user, news.seq)) {
    wrong.push(`${news.conversation} at ${news.seq} was told to one who may not see it`)
  }
  if ((held?.rows.length ?? 0) < news.seq)
    wrong.push(`${news.conversation} at ${news.seq} was told before the disk had it`)
  return [
    ...wrong,
    ...checkMarks(log, user, news.conversation, news.marks),
    ...checkRows(log, user, news.conversation, news.last === null ? news.rows : [...news.rows, news.last]),
  ]
}

function checkRows(log: Log, user: UserId, conversation: string, rows: readonly Row[]): readonly string[] {
  const held = find(log, conversation)
  return rows.flatMap((row) => {
    const stored = held?.rows[row.seq - 1]
    if (stored === undefined) return [`row ${row.seq} of ${conversation} was sent before the disk had it`]
    if (!maySee(held, user, row.seq))
      return [`row ${row.seq} of ${conversation} went to one who may not see it`]
    if (row.kind === 'hidden') return []
    if (row.kind !== 'head' && row.page < (held?.members.get(user)?.since ?? 0))
      return [`row ${row.seq} of ${conversation} went to one from whom the past is hidden`]
    if (row.kind !== 'head' && (row.page !== stored.page || row.time !== stored.time)) {
      return [`row ${row.seq} of ${conversation} is not the one on the disk`]
    }
    return []
  })
}

function checkAnswer(
  log: Log,
  conversation: string,
  { page, client, clock, verdict }: PushAnswer,
): readonly string[] {
  if (verdict.class !== 'accepted' && verdict.class !== 'duplicate') return []
  const row = find(log, conversation)?.rows[verdict.seq - 1]
  const place = verdict.class === 'duplicate' ? verdict : { page, client, clock }
  if (row === undefined)
    return [`entry ${verdict.seq} of ${conversation} was answered before the disk had it`]
  return row.page === place.page && row.client === place.client && row.clock === place.clock
    ? []
    : [`the answer for entry ${verdict.seq} of ${conversation} names another place`]
}

/** Members see everything, former members what came up to their leaving, others nothing. */
function maySee(held: LoggedConversation | undefined, user: UserId, seq: number): boolean {
  const member = held?.members.get(user)
  if (member === undefined) return false
  return member.role !== '' || seq <= member.leftSeq
}

function find(log: Log, conversation: string): LoggedConversation | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a key to look up by, nothing is taken from it
  return log.conversations.get(conversation as ConversationId)
}
