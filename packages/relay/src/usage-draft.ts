/**
 * What users take up within a turn: what was read of them, and what the turn adds. Two inputs of one turn never both take
 * the last of what somebody may have. Rules RE241 to RE246.
 */
import type { UserId } from '@parley/document'
import type { Input } from './inputs.ts'
import type { Own } from './overlay.ts'
import type { LogRow, RelayStore } from './store.ts'
import { noUsage, sumOfUsage, type UsageRecord } from './usage-store.ts'

export interface UsageDraft {
  readonly loaded: ReadonlyMap<UserId, UsageRecord>
  readonly added: Map<UserId, Own<UsageRecord>>
}

/** Of who sends, and of whom he would bring in. */
export async function loadUsage(
  store: RelayStore,
  inputs: readonly Input[],
): Promise<ReadonlyMap<UserId, UsageRecord>> {
  const users = new Set<UserId>()
  for (const input of inputs) {
    if (input.kind === 'marks') continue
    users.add(input.by.user)
    if (input.kind !== 'command' || !input.command.ok) continue
    const { command } = input.command
    if (command.op === 'create' || command.op === 'add') for (const user of command.members) users.add(user)
  }
  const loaded = new Map([...users].map((user) => [user, noUsage(user)]))
  const found = users.size === 0 ? [] : await store.usage([...users])
  for (const record of found) loaded.set(record.user, record)
  return loaded
}

export function createUsageDraft(loaded: ReadonlyMap<UserId, UsageRecord>): UsageDraft {
  return { loaded, added: new Map() }
}

export function usedBy({ loaded, added }: UsageDraft, user: UserId): UsageRecord {
  const before = known(loaded, user)
  const more = added.get(user)
  return more === undefined ? before : sumOfUsage(before, more)
}

/** What is asked of every message. */
export function bytesUsedBy({ loaded, added }: UsageDraft, user: UserId): number {
  return known(loaded, user).bytes + (added.get(user)?.bytes ?? 0)
}

function known(loaded: UsageDraft['loaded'], user: UserId): UsageRecord {
  const before = loaded.get(user)
  if (before === undefined) throw new Error('what somebody takes up was to be read, and has not been')
  return before
}

export function addUsage(
  { added }: UsageDraft,
  user: UserId,
  { created = 0, joined = 0, bytes = 0 }: Partial<Omit<UsageRecord, 'user'>>,
): void {
  const its = added.get(user)
  if (its === undefined) {
    added.set(user, { user, created, joined, bytes })
    return
  }
  its.created += created
  its.joined += joined
  its.bytes += bytes
}

/** What a turn leaves to be stored: nothing of those with whom it comes out even. */
export function changedUsage({ added }: UsageDraft): readonly UsageRecord[] {
  return [...added.values()].filter(
    ({ created, joined, bytes }) => created !== 0 || joined !== 0 || bytes !== 0,
  )
}

export function bytesOfRow({ update, change }: Pick<LogRow, 'update' | 'change'>): number {
  return update.length + (change?.length ?? 0)
}
