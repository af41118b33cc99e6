/**
 * A list row for one device: what it must know of a conversation that moved since its cursor. Rules RE51 to RE53 and RE128, RE129 and RE131.
 */
import type { EntryRow, News, Row, TouchedPage } from '@parley/wire'
import { maxTouchedPerNews, rowSize } from '@parley/wire'
import { memberMark } from './judge-marks.ts'
import { entryRow, isHidden, rowFor } from './log-rows.ts'
import {
  type ConversationRecord,
  type FeedRow,
  type LogRow,
  type MemberRecord,
  type PageRecord,
  type RelayStore,
  standingOf,
} from './store.ts'
import { visiblePage } from './visible.ts'

export interface NewsLimits {
  readonly maxInlineRows: number
  readonly maxInlineBytes: number
  readonly maxReceiptMembers: number
}

export interface From {
  /** The device's cursor, null for none. At 0 it knows that there was nothing, and is told all that has come since. */
  readonly since: number | null
  /** The device has never synced. */
  readonly fresh: boolean
}

export async function readNews(
  store: RelayStore,
  row: FeedRow,
  { since: cursor, fresh }: From,
  limits: NewsLimits,
): Promise<News> {
  const { member, conversation } = row
  const since = cursor ?? 0
  const seen = visible(member, conversation)
  const rows = await readRows(store, member, seen.seq, since, limits)
  return {
    conversation: conversation.id,
    kind: conversation.kind,
    name: conversation.name,
    icon: conversation.icon,
    creator: conversation.creator,
    createdAt: conversation.createdAt,
    unique: conversation.unique,
    role: member.role,
    members: seen.members,
    joinedSeq: member.joinedSeq,
    invitedBy: member.invitedBy,
    since: member.since,
    mutedUntil: member.mutedUntil,
    removedBy: member.removedBy,
    seq: seen.seq,
    time: seen.time,
    pages: seen.pages,
    headVersion: seen.headVersion,
    headDigest: seen.headDigest,
    headTime: seen.headTime,
    total: seen.total,
    mine: member.mine,
    joinedTotal: member.joinedTotal,
    joinedMine: member.joinedMine,
    ...(cursor === null
      ? await readLast(store, member, row.last, seen.seq)
      : await readMoved(store, row, seen.seq, rows)),
    // Who has never synced holds no page that could be behind.
    touched: fresh ? [] : await readTouched(store, member, seen, row.page, cursor),
    recalled: fresh ? [] : await readRecalled(store, member, seen.seq, since),
    mentioned: fresh ? [] : await readMentioned(store, member, seen.seq, since),
    ...(await readMarks(store, member, conversation, since, limits)),
    whole: rows !== undefined,
    rows: rows ?? [],
  }
}

/** The feed of who has a cursor does not bring the newest message along: mostly it is the last of the rows he is told. */
async function readMoved(
  store: RelayStore,
  { member, conversation }: FeedRow,
  upTo: number,
  rows: readonly Row[] | undefined,
): Promise<Pick<News, 'last' | 'lastEdit'>> {
  const { lastSeq } = standingOf(member, conversation)
  if (lastSeq === 0) return none
  const told = rows?.at(-1)
  if (told?.seq === lastSeq && (told.kind === 'entry' || told.kind === 'erased'))
    return { last: told, lastEdit: null }
  return readLast(store, member, await store.row(conversation.id, lastSeq), upTo)
}

const none = { last: null, lastEdit: null } as const

async function readLast(
  store: RelayStore,
  { since }: MemberRecord,
  last: LogRow | undefined,
  upTo: number,
): Promise<Pick<News, 'last' | 'lastEdit'>> {
  if (last === undefined || isHidden(since, last)) return none
  // An edit is a row, and comes after its message.
  const lastEdit = last.seq === upTo ? null : await readEdit(store, last, upTo)
  return { last: entryRow(last), lastEdit }
}

/** The latest ones: a mark of reading lies behind more only after a very long time. */
async function readRecalled(
  store: RelayStore,
  member: MemberRecord,
  upTo: number,
  since: number,
): Promise<readonly number[]> {
  const recalled = await store.recalledSince(member.conversation, since, upTo, member.user)
  return recalled.filter((seq) => isOfHisTime(member, seq)).slice(-maxTouchedPerNews)
}

/** Where the past is hidden, what he may see was all written since he came. */
function isOfHisTime({ since, joinedSeq }: MemberRecord, seq: number): boolean {
  return since === 0 || seq > joinedSeq
}

/** The latest ones. He counts from his joining on, and so does who asked for him. */
async function readMentioned(
  store: RelayStore,
  member: MemberRecord,
  upTo: number,
  since: number,
): Promise<readonly number[]> {
  const { conversation, user, joinedSeq } = member
  const mentioned = await store.mentionedSince(conversation, since, upTo, user, maxTouchedPerNews)
  return mentioned.filter((seq) => seq > joinedSeq)
}

/** Who left is told of none, and where there are too many members nobody is. Whoever came back is one who came. */
async function readMarks(
  store: RelayStore,
  { role }: MemberRecord,
  { id, members }: ConversationRecord,
  since: number,
  { maxReceiptMembers }: NewsLimits,
): Promise<Pick<News, 'marks' | 'allMarks'>> {
  if (role === '' || members > maxReceiptMembers) return { marks: [], allMarks: true }
  const { marks, all } = await store.marksSince(id, since, maxReceiptMembers)
  return { marks: marks.map(memberMark), allMarks: all }
}

/** The edit that stands on a message, if he may see it. */
async function readEdit(
  store: RelayStore,
  { conversation, id }: LogRow,
  upTo: number,
): Promise<EntryRow | null> {
  if (id === '') throw new Error('a message has an id')
  const [message] = await store.messages([{ conversation, id }])
  const seq = message?.edit?.seq
  if (seq === undefined || seq > upTo) return null
  const row = await store.row(conversation, seq)
  const edit = row === undefined ? undefined : entryRow(row)
  if (edit?.kind !== 'entry') throw new Error('the edit that stands on a message is not there')
  return edit
}

interface Seen {
  readonly conversation: ConversationRecord
  readonly seq: number
  readonly time: number
  readonly pages: number
  readonly members: number
  readonly total: number
  readonly headVersion: number
  readonly headDigest: string
  readonly headTime: number
}

/** The conversation as it is to a member, and as it was to a former one. */
function visible(member: MemberRecord, conversation: ConversationRecord): Seen {
  if (member.role !== '') return { conversation, ...conversation }
  return {
    conversation,
    seq: member.leftSeq,
    time: member.leftTime,
    pages: member.leftPages,
    members: member.leftMembers,
    total: member.leftTotal,
    // His leaving is itself the last change of the head that he may see.
    headVersion: member.leftSeq,
    headDigest: member.leftHeadDigest,
    headTime: member.leftTime,
  }
}

/** Everything since the cursor if it is short, undefined otherwise. */
async function readRows(
  store: RelayStore,
  member: MemberRecord,
  upTo: number,
  since: number,
  limits: NewsLimits,
): Promise<readonly Row[] | undefined> {
  const from = (await joinedAfter(store, member, since)) ? 0 : since
  if (from === 0 && upTo > limits.maxInlineRows) return undefined
  const found = await store.rowsSince(member.conversation, from, upTo, limits.maxInlineRows + 1)
  if (found.length > limits.maxInlineRows) return undefined
  const rows = found.map((row) => rowFor(member.since, row))
  const bytes = rows.reduce((sum, row) => sum + rowSize(row), 0)
  return bytes > limits.maxInlineBytes ? undefined : rows
}

/** Whether he came after the cursor: then the device has nothing, or not all, of what was before it. */
async function joinedAfter(store: RelayStore, member: MemberRecord, since: number): Promise<boolean> {
  if (since === 0 || member.position <= since) return since === 0
  if (member.role !== '') return true
  const row: LogRow | undefined = await store.row(member.conversation, member.joinedSeq)
  return row === undefined || row.position > since
}

/** Every page touched since the cursor; without one, the last. */
async function readTouched(
  store: RelayStore,
  member: MemberRecord,
  seen: Seen,
  newest: PageRecord | undefined,
  since: number | null,
): Promise<readonly TouchedPage[]> {
  const touched: TouchedPage[] = []
  for (const page of await candidates(store, seen, newest, since)) {
    const shown = await visiblePage(store, member, page)
    if (shown === undefined) continue
    const { version, digest } = shown
    touched.push({ page: page.page, version, digest, erased: since !== null && page.erasedPosition > since })
  }
  return since === null ? touched.slice(-1) : touched.slice(-maxTouchedPerNews)
}

async function candidates(
  store: RelayStore,
  seen: Seen,
  newest: PageRecord | undefined,
  since: number | null,
): Promise<readonly PageRecord[]> {
  const { id } = seen.conversation
  if (since !== null) return store.pagesSince(id, since)
  const before = seen.pages > 1 ? await store.pages(id, [seen.pages - 1]) : []
  return newest === undefined ? before : [...before, newest]
}
