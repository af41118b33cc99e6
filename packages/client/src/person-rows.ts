/**
 * A person's rows in memory, counted by group as the rules ask for them, and what is laid over them. Rules CL260 and CL263.
 */
import { parsePersonRow, personGroup } from '@parley/document/person'
import type {
  Contact,
  ConversationId,
  JsonObject,
  PersonGroup,
  PersonKind,
  Profile,
  Setting,
  Unblocking,
} from '@parley/document'

export interface PersonRows {
  get(kind: PersonKind, key: string): JsonObject | undefined
  count(group: PersonGroup): number
  of(kind: PersonKind): Iterable<readonly [key: string, value: JsonObject]>
}

export interface RowChange {
  readonly kind: PersonKind
  readonly key: string
  /** null: it is gone. */
  readonly value: JsonObject | null
}

export interface ChangeablePersonRows extends PersonRows {
  put(change: RowChange): void
}

export interface LaidPersonRows extends ChangeablePersonRows {
  /** What was put over the others. */
  readonly changes: readonly RowChange[]
}

export function createPersonRows(): ChangeablePersonRows {
  const kinds = new Map<PersonKind, Map<string, JsonObject>>()
  const counts = new Map<PersonGroup, number>()

  function get(kind: PersonKind, key: string): JsonObject | undefined {
    return kinds.get(kind)?.get(key)
  }

  return {
    get,
    count: (group) => counts.get(group) ?? 0,
    of: (kind) => kinds.get(kind) ?? [],
    put({ kind, key, value }) {
      recount(counts, kind, get(kind, key) ?? null, value)
      const rows = kinds.get(kind) ?? new Map<string, JsonObject>()
      kinds.set(kind, rows)
      if (value === null) rows.delete(key)
      else rows.set(key, value)
    },
  }
}

/** Others stay as they are. */
export function layPersonRows(below: PersonRows): LaidPersonRows {
  const kinds = new Map<PersonKind, Map<string, RowChange>>()
  const counts = new Map<PersonGroup, number>()

  function get(kind: PersonKind, key: string): JsonObject | undefined {
    const change = kinds.get(kind)?.get(key)
    return change === undefined ? below.get(kind, key) : (change.value ?? undefined)
  }

  function* of(kind: PersonKind): Iterable<readonly [string, JsonObject]> {
    const changed = kinds.get(kind)
    for (const row of below.of(kind)) if (changed?.has(row[0]) !== true) yield row
    for (const { key, value } of changed?.values() ?? []) if (value !== null) yield [key, value]
  }

  return {
    get,
    of,
    count: (group) => below.count(group) + (counts.get(group) ?? 0),
    put(change) {
      const { kind, key, value } = change
      recount(counts, kind, get(kind, key) ?? null, value)
      const rows = kinds.get(kind) ?? new Map<string, RowChange>()
      kinds.set(kind, rows)
      rows.set(key, change)
    },
    get changes() {
      return [...kinds.values()].flatMap((rows) => [...rows.values()])
    },
  }
}

function recount(
  counts: Map<PersonGroup, number>,
  kind: PersonKind,
  before: JsonObject | null,
  after: JsonObject | null,
): void {
  const [was, is] = [personGroup(kind, before), personGroup(kind, after)]
  counts.set(was, (counts.get(was) ?? 0) - 1)
  counts.set(is, (counts.get(is) ?? 0) + 1)
}

export function settingOf(rows: PersonRows, id: ConversationId): Setting {
  const value = rows.get('setting', id)
  const parsed = value === undefined ? undefined : parsePersonRow('setting', id, value)
  return parsed?.ok === true && parsed.row.kind === 'setting' ? (parsed.row.value ?? {}) : {}
}

export function contactOf(user: string, value: JsonObject | null | undefined): Contact | null {
  const parsed = parsePersonRow('contact', user, value ?? null)
  return parsed.ok && parsed.row.kind === 'contact' ? parsed.row.value : null
}

export function unblockingsOf(value: JsonObject | null): readonly Unblocking[] {
  const parsed = parsePersonRow('unblocked', '', value)
  return parsed.ok && parsed.row.kind === 'unblocked' ? (parsed.row.value?.conversations ?? []) : []
}

export function profileOf(value: unknown): Profile | null {
  const parsed = parsePersonRow('profile', '', value ?? null)
  return parsed.ok && parsed.row.kind === 'profile' ? parsed.row.value : null
}
