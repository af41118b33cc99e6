/**
 * What a relay knows of a conversation that somebody asks for: first what stands in its record, and the head only where that
 * decides nothing. Rules RE391, RE392 and RE396.
 */
import { type Head, readHeadUpdates } from '@parley/document'
import type { ConversationFacts } from '@parley/document/query'
import type { ConversationCache } from './conversation-state.ts'
import { isHidden } from './log-rows.ts'
import type { ConversationRecord, MemberRecord, RelayStore } from './store.ts'
import { readStored } from './stored-any.ts'

/** What is looked up only because somebody asks for it. */
export interface WantedFacts {
  readonly lastMessage: boolean
  readonly muted: boolean
}

export async function recordFacts(
  store: RelayStore,
  record: ConversationRecord,
  member: MemberRecord,
  wanted: WantedFacts,
): Promise<ConversationFacts> {
  const { id, kind, name, creator, createdAt, headTime, unique } = record
  return {
    id,
    kind,
    name,
    creator,
    createdAt,
    updatedAt: headTime === 0 ? createdAt : headTime,
    lastMessageAt: wanted.lastMessage ? await lastMessageAt(store, record, member) : null,
    unique,
    muted: wanted.muted ? await mutedBy(store, member) : undefined,
    members: undefined,
    attributes: undefined,
  }
}

async function lastMessageAt(
  store: RelayStore,
  { id, lastSeq }: ConversationRecord,
  { since }: MemberRecord,
): Promise<number | null> {
  const row = lastSeq === 0 ? undefined : await store.row(id, lastSeq)
  return row === undefined || isHidden(since, row) ? null : row.time
}

async function mutedBy(store: RelayStore, { user, conversation }: MemberRecord): Promise<boolean> {
  const [setting] = await store.people([{ owner: user, kind: 'setting', key: conversation }])
  const value = setting === undefined || setting.value === null ? null : readStored(setting.value)
  return typeof value === 'object' && value !== null && Reflect.get(value, 'muted') === true
}

/** Not put into the cache: whoever asks for a thousand would drive out those that are in use. */
export async function headOf(
  store: RelayStore,
  cache: ConversationCache,
  { id }: ConversationRecord,
): Promise<{ readonly head: Head; readonly bytes: number }> {
  const stored = await store.head(id)
  const head =
    stored === undefined
      ? undefined
      : (cachedHead(cache, id, stored.version) ?? readHeadUpdates([stored.state]))
  if (stored === undefined || head === undefined) throw new Error(`the head of ${id} cannot be read`)
  return { head, bytes: stored.state.length }
}

function cachedHead(
  cache: ConversationCache,
  id: ConversationRecord['id'],
  version: number,
): Head | undefined {
  const held = cache.get(id)
  return held?.head.version === version ? held.value : undefined
}

/** What a stranger is shown of a conversation that he may join, and what may be asked of it. */
const shownFields: ReadonlySet<string> = new Set(['id', 'kind', 'name', 'creator', 'createdAt', 'unique'])

export function isShown(fields: ReadonlySet<string>): boolean {
  return [...fields].every((field) => shownFields.has(field))
}

export function joinableFacts(
  id: string,
  shown: Pick<ConversationFacts, 'kind' | 'name' | 'creator' | 'createdAt'>,
): ConversationFacts {
  const { kind, name, creator, createdAt } = shown
  const hidden = { muted: undefined, members: undefined, attributes: undefined }
  return {
    id,
    kind,
    name,
    creator,
    createdAt,
    updatedAt: createdAt,
    lastMessageAt: null,
    unique: false,
    ...hidden,
  }
}
