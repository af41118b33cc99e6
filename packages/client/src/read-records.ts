/**
 * Stored values, read back. Each field is checked once, here; what does not fit is a `corrupt` store, never a guess.
 */
import { parseDeviceId } from '@parley/document'
import type { Content, EntryId } from '@parley/document'
import type { parseCommand, parseOutcome } from '@parley/document/commands'
import type { Value } from '@parley/storage'
import type { Acknowledgement } from './acknowledged.ts'
import {
  bytes,
  conversationId,
  corrupt,
  entryId,
  type Fields,
  flag,
  mentions,
  number,
  object,
  plain,
  text,
  userId,
  whole,
  wholes,
} from './fields.ts'
import { readReceipts } from './receipt-records.ts'
import type {
  ConversationRecord,
  DeviceRecord,
  DraftRecord,
  LastMessage,
  Made,
  Mark,
  OperationTarget,
  OutboxItem,
  PageRecord,
  Place,
  Reason,
  UpdateRecord,
} from './records.ts'

export function readDevice(value: Value): DeviceRecord {
  const fields = object(value)
  const device = parseDeviceId(text(fields, 'device'))
  if (device === undefined) throw corrupt('device')
  return {
    device,
    user: userId(fields, 'user'),
    epoch: text(fields, 'epoch'),
    log: text(fields, 'log'),
    cursor: whole(fields, 'cursor'),
    tag: text(fields, 'tag'),
  }
}

export function readConversation(value: Value): ConversationRecord {
  const fields = object(value)
  const creator = text(fields, 'creator')
  return {
    id: conversationId(fields, 'id'),
    kind: text(fields, 'kind'),
    name: fields['name'] === null ? null : text(fields, 'name'),
    icon: fields['icon'] === null ? null : text(fields, 'icon'),
    creator: creator === '' ? '' : userId(fields, 'creator'),
    createdAt: number(fields, 'createdAt'),
    unique: flag(fields, 'unique'),
    role: text(fields, 'role'),
    members: whole(fields, 'members'),
    mutedUntil: whole(fields, 'mutedUntil'),
    seq: whole(fields, 'seq'),
    time: number(fields, 'time'),
    pages: whole(fields, 'pages'),
    headHeld: whole(fields, 'headHeld'),
    headKnown: whole(fields, 'headKnown'),
    headDigest: text(fields, 'headDigest'),
    headTime: number(fields, 'headTime'),
    total: whole(fields, 'total'),
    mine: whole(fields, 'mine'),
    mark: readMark(fields['mark']),
    mentioned: wholes(fields, 'mentioned'),
    flagged: flag(fields, 'flagged'),
    last: fields['last'] === null ? null : readLast(fields['last']),
    tail: fields['tail'] === null ? null : readItemId(fields['tail']),
    local: flag(fields, 'local'),
    verify: flag(fields, 'verify'),
    erasing: wholes(fields, 'erasing'),
    since: whole(fields, 'since'),
    receipts: readReceipts(fields['receipts']),
    absentSince: number(fields, 'absentSince'),
  }
}

export function readPage(value: Value): PageRecord {
  const fields = object(value)
  return { held: whole(fields, 'held'), known: whole(fields, 'known'), digest: text(fields, 'digest') }
}

export function readUpdate(value: Value): UpdateRecord {
  const fields = object(value)
  return {
    time: number(fields, 'time'),
    update: bytes(fields, 'update'),
    erased: fields['erased'] === null ? null : readErased(fields['erased']),
  }
}

function readErased(value: Value | undefined): NonNullable<UpdateRecord['erased']> {
  const fields = object(value)
  return {
    author: userId(fields, 'author'),
    id: entryId(fields, 'id'),
    operation: flag(fields, 'operation'),
  }
}

/** What reads what only commands have: loaded where there are any. */
export interface CommandReader {
  readonly parseCommand: typeof parseCommand
  readonly parseOutcome: typeof parseOutcome
}

export function isCommand(value: Value): boolean {
  return text(object(value), 'kind') === 'command'
}

export function readOutboxItem(value: Value, reader?: CommandReader): OutboxItem {
  const fields = object(value)
  const state = text(fields, 'state')
  if (state !== 'waiting' && state !== 'refused') throw corrupt('state')
  const common = {
    n: whole(fields, 'n'),
    id: entryId(fields, 'id'),
    conversation: conversationId(fields, 'conversation'),
    at: number(fields, 'at'),
    state,
    reason: fields['reason'] === null ? null : readReason(fields['reason'], reader?.parseOutcome),
    answered: fields['answered'] === null ? null : readAnswered(fields['answered']),
    tried: flag(fields, 'tried'),
    offered: flag(fields, 'offered'),
  } as const
  if (text(fields, 'kind') === 'command') {
    const command = reader?.parseCommand(fields['command'])
    if (command?.ok !== true) throw corrupt('command')
    return { ...common, kind: 'command', command: command.command }
  }
  return {
    ...common,
    kind: 'entry',
    content: bytes(fields, 'content'),
    made: fields['made'] === null ? null : readMade(fields['made']),
    target: fields['target'] === null ? null : readTarget(fields['target']),
  }
}

/** What is kept at hand of it, and its age. */
export function readAcknowledgement(value: Value): Acknowledgement & { readonly at: number } {
  const fields = object(value)
  const entry = isCommand(value) ? undefined : readOutboxItem(value)
  return {
    n: whole(fields, 'n'),
    id: entryId(fields, 'id'),
    at: number(fields, 'at'),
    seq: fields['answered'] === null ? 0 : readAnswered(fields['answered']).seq,
    target: entry?.kind === 'entry' ? entry.target : null,
  }
}

export function readDraft(value: Value): DraftRecord {
  const fields = object(value)
  return {
    ...readContent(fields),
    ...(fields['data'] === undefined ? undefined : { data: text(fields, 'data') }),
    editedAt: number(fields, 'editedAt'),
  }
}

function readMark(value: Value | undefined): Mark {
  const fields = object(value)
  return {
    seq: whole(fields, 'seq'),
    total: whole(fields, 'total'),
    mine: whole(fields, 'mine'),
    recalled: wholes(fields, 'recalled'),
  }
}

function readLast(value: Value | undefined): LastMessage {
  const fields = object(value)
  return {
    seq: whole(fields, 'seq'),
    time: number(fields, 'time'),
    sentAt: number(fields, 'sentAt'),
    id: entryId(fields, 'id'),
    from: userId(fields, 'from'),
    ...readContent(fields),
    ...(fields['editedAt'] === undefined ? undefined : { editedAt: number(fields, 'editedAt') }),
    recalled: flag(fields, 'recalled'),
  }
}

function readContent(fields: Fields): Content & { readonly replyTo?: EntryId } {
  const has = (name: string): boolean => fields[name] !== undefined
  return {
    type: number(fields, 'type'),
    ...(has('text') ? { text: text(fields, 'text') } : undefined),
    ...(has('attrs') ? { attrs: plain(fields, 'attrs') } : undefined),
    ...(has('body') ? { body: plain(fields, 'body') } : undefined),
    ...(has('mentions') ? { mentions: mentions(fields, 'mentions') } : undefined),
    ...(has('replyTo') ? { replyTo: entryId(fields, 'replyTo') } : undefined),
  }
}

function readItemId(value: Value | undefined): { readonly client: number; readonly clock: number } {
  const fields = object(value)
  return { client: whole(fields, 'client'), clock: whole(fields, 'clock') }
}

function readPlace(value: Value | undefined): Place {
  return { page: whole(object(value), 'page'), ...readItemId(value) }
}

function readMade(value: Value | undefined): Made {
  return { ...readPlace(value), update: bytes(object(value), 'update') }
}

function readTarget(value: Value | undefined): OperationTarget {
  const fields = object(value)
  const op = text(fields, 'op')
  if (op !== 'recall' && op !== 'edit' && op !== 'react') throw corrupt('op')
  return {
    id: entryId(fields, 'id'),
    place: fields['place'] === null ? null : readPlace(fields['place']),
    op,
    sign: text(fields, 'sign'),
  }
}

export function readReason(value: Value | undefined, parse?: typeof parseOutcome): Reason {
  const fields = object(value)
  const reason = { code: text(fields, 'code'), detail: text(fields, 'detail') }
  if (fields['failures'] === undefined) return reason
  const said = parse?.({ successfulClientIds: [], failures: fields['failures'] })
  if (said?.ok !== true) throw corrupt('failures')
  return { ...reason, failures: said.outcome.failures }
}

function readAnswered(value: Value | undefined): { readonly seq: number; readonly time: number } {
  const fields = object(value)
  return { seq: whole(fields, 'seq'), time: number(fields, 'time') }
}
