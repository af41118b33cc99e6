/**
 * A row of the head: a change, applied to the head's exact state under the relay's client id, and what it makes of the
 * members. Rules RE32 to RE36.
 */
import {
  type Change,
  changeHead,
  type ConversationId,
  emptyDigest,
  type EntryId,
  type Head,
  headDigest,
  type Member,
  type UserId,
  writeAny,
  type writeHeadChange,
} from '@parley/document'
import { addRow, type ConversationCore, type ConversationDraft, type TurnDraft } from './draft.ts'
import type { ConversationRecord, HeadRecord, LogRow, MemberRecord, PageRecord } from './store.ts'
import { addUsage, bytesOfRow } from './usage-draft.ts'

/** Writes one change into the head's state: `update` is what it added. */
export interface HeadWriter {
  readonly client: number
  readonly write: typeof writeHeadChange
}

export interface HeadChange {
  readonly change: Change
  /** '' for the relay itself. */
  readonly author: UserId | ''
  readonly command: EntryId | ''
}

/** What a change would make of the head; nothing is in the draft yet. */
export interface WrittenHead {
  readonly value: Head
  readonly state: Uint8Array
  readonly update: Uint8Array
  readonly compacted: boolean
  readonly time: number
  readonly encoded: Uint8Array
}

export function writeHead(
  draft: TurnDraft,
  conversation: ConversationDraft,
  heads: HeadWriter,
  change: Change,
): WrittenHead {
  const { core } = conversation
  const time = Math.max(draft.now, core?.record.time ?? 0)
  const written = heads.write({ state: core?.head.state ?? null, client: heads.client, change, time })
  return { ...written, time, value: changeHead(core?.value, change, time), encoded: writeAny(jsonOf(change)) }
}

export function addHeadRow(
  draft: TurnDraft,
  conversation: ConversationDraft,
  heads: HeadWriter,
  head: HeadChange,
  written: WrittenHead = writeHead(draft, conversation, heads, head.change),
): LogRow {
  const { value, time } = written
  const before = conversation.core
  draft.position += 1
  const row: LogRow = {
    conversation: conversation.id,
    seq: (before?.record.seq ?? 0) + 1,
    time,
    position: draft.position,
    page: 0,
    kind: 'head',
    operation: null,
    author: head.author,
    client: heads.client,
    clock: 0,
    id: head.command,
    update: written.update,
    erases: [],
    change: written.encoded,
  }
  addRow(draft, conversation, row)
  const record: ConversationRecord = {
    ...(before?.record ?? { id: conversation.id, total: 0, lastSeq: 0 }),
    bytes: (before?.record.bytes ?? 0) + bytesOfRow(row),
    ...listed(value),
    members: value.members.size,
    seq: row.seq,
    time,
    headVersion: row.seq,
    headDigest: headDigest(value),
    headTime: head.change.op === 'page' ? (before?.record.headTime ?? time) : time,
    position: row.position,
  }
  const stored: HeadRecord = { conversation: conversation.id, version: row.seq, state: written.state }
  conversation.core = { record, head: stored, value }
  if (record.pages !== before?.record.pages)
    conversation.pages.set(record.pages, emptyPage(record.id, record.pages, row.seq))
  if (before === undefined) addUsage(draft.usage, record.creator, { created: 1 })
  changeMembers(draft, conversation, before, conversation.core, head.change)
  return row
}

/** What a record says as its head does. */
function listed({
  info: { kind, name, icon, creator, createdAt, unique, pages },
}: Head): Pick<ConversationRecord, 'kind' | 'name' | 'icon' | 'creator' | 'createdAt' | 'unique' | 'pages'> {
  return { kind, name, icon, creator, createdAt, unique, pages }
}

/** The next page opens, by a row of the relay itself. */
export function closePage(
  draft: TurnDraft,
  conversation: ConversationDraft,
  page: PageRecord,
  heads: HeadWriter,
): void {
  conversation.pages.set(page.page, { ...page, closed: true })
  const change = { op: 'page', pages: page.page + 1 } as const
  addHeadRow(draft, conversation, heads, { change, author: '', command: '' })
}

/** Whoever is in the head before or after, and not as he was. */
function changeMembers(
  draft: TurnDraft,
  conversation: ConversationDraft,
  before: ConversationCore | undefined,
  after: ConversationCore,
  change: Change,
): void {
  if (change.op === 'page') return
  for (const [user, member] of after.value.members) {
    const earlier = before?.value.members.get(user)
    if (earlier === member) continue
    const record = conversation.members.get(user)
    if (earlier === undefined || record === undefined) {
      conversation.members.set(user, joined(record, user, member, after))
      addUsage(draft.usage, user, { joined: 1 })
    } else if (record.role !== member.role) conversation.members.set(user, { ...record, role: member.role })
  }
  for (const user of before?.value.members.keys() ?? []) {
    const record = conversation.members.get(user)
    if (after.value.members.has(user) || record === undefined) continue
    conversation.members.set(user, left(record, change, after.record))
    addUsage(draft.usage, user, { joined: -1 })
  }
  if (change.op === 'muted' || change.op === 'unmuted') muteMembers(conversation, after, change.members)
}

/** A list row says it of whom it is for. */
function muteMembers(
  { members }: ConversationDraft,
  { value }: ConversationCore,
  users: readonly UserId[],
): void {
  for (const user of users) {
    const record = members.get(user)
    if (record === undefined || record.role === '') continue
    members.set(user, { ...record, mutedUntil: value.muted.get(user) ?? 0 })
  }
}

function joined(
  earlier: MemberRecord | undefined,
  user: UserId,
  { role, invitedBy, since = 0 }: Member,
  { record, value }: ConversationCore,
): MemberRecord {
  const mine = earlier?.mine ?? 0
  return {
    conversation: record.id,
    user,
    role,
    joinedSeq: record.seq,
    joinedTotal: record.total,
    joinedMine: mine,
    invitedBy: invitedBy ?? '',
    since,
    mutedUntil: value.muted.get(user) ?? 0,
    leftSeq: 0,
    leftTime: 0,
    leftPages: 0,
    leftMembers: 0,
    leftTotal: 0,
    leftLastSeq: 0,
    leftHeadDigest: '',
    removedBy: '',
    mine,
    position: record.position,
  }
}

function left(member: MemberRecord, change: Change, record: ConversationRecord): MemberRecord {
  return {
    ...member,
    role: '',
    mutedUntil: 0,
    leftSeq: record.seq,
    leftTime: record.time,
    leftPages: record.pages,
    leftMembers: record.members,
    leftTotal: record.total,
    leftLastSeq: record.lastSeq,
    leftHeadDigest: record.headDigest,
    removedBy: removerOf(change, member.user),
    position: record.position,
  }
}

/** Who is blocked is removed, too. */
function removerOf(change: Change, user: UserId): UserId | '' {
  if (change.op !== 'removed' && change.op !== 'blocked') return ''
  return change.by === user ? '' : change.by
}

/**
 * Its version is the row that opened it: devices that saw that row hold it at this sequence. Its position is 0: nobody has
 * anything to fetch from it.
 */
function emptyPage(conversation: ConversationId, page: number, openedAt: number): PageRecord {
  return {
    conversation,
    page,
    entries: 0,
    bytes: 0,
    writers: 0,
    closed: false,
    version: openedAt,
    digest: emptyDigest,
    firstSeq: 0,
    lastSeq: 0,
    position: 0,
    erasedPosition: 0,
  }
}

/** A change is JSON as it stands; its type, being a union of interfaces, does not say so by itself. */
function jsonOf(change: Change): Parameters<typeof writeAny>[0] {
  return { ...change }
}
