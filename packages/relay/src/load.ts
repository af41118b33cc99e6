/**
 * Reads, in batches, everything the inputs of a turn may refer to: judging is then without any waiting.
 */
import type { ConversationId } from '@parley/document'
import type { ConversationState } from './conversation-state.ts'
import { commandKey, entryKey, type Loaded, pageKey, placeKey, seqKey, writerKey } from './draft.ts'
import type { Input, Pushed } from './inputs.ts'
import { loadMarks } from './judge-marks.ts'
import { loadPeople } from './load-people.ts'
import type {
  CommandKey,
  CommandRecord,
  EntryKey,
  LogRow,
  MessageRecord,
  PageRecord,
  PlaceKey,
  RelayStore,
  WriterRecord,
} from './store.ts'
import { loadUsage } from './usage-draft.ts'

export type States = ReadonlyMap<ConversationId, ConversationState | undefined>

export async function loadFor(store: RelayStore, inputs: readonly Input[], states: States): Promise<Loaded> {
  const pushed = inputs.flatMap((input) => (input.kind === 'push' ? input.updates : []))
  // What is pushed to a conversation that does not exist can refer to nothing.
  const existing = pushed.filter(({ conversation: id }) => id !== undefined && states.get(id) !== undefined)
  const [writers, messages, commands, people, marks, usage] = await Promise.all([
    loadWriters(store, existing),
    loadMessages(store, existing),
    loadCommands(store, inputs),
    loadPeople(store, inputs, states),
    loadMarks(store, inputs, states),
    loadUsage(store, inputs),
  ])
  const [rows, pages] = await Promise.all([
    loadRows(store, existing, writers, messages),
    loadTargetPages(store, existing, messages, states),
  ])
  return { writers, messages, commands, rows, pages, people, marks, usage }
}

async function loadWriters(
  store: RelayStore,
  pushed: readonly Pushed[],
): Promise<ReadonlyMap<string, WriterRecord>> {
  const keys = new Map<string, PlaceKey>()
  for (const { conversation, page, append } of pushed) {
    if (conversation === undefined || append === undefined) continue
    for (const client of [append.client, append.origin?.client ?? append.client]) {
      keys.set(writerKey(conversation, page, client), { conversation, page, client })
    }
  }
  const found = keys.size === 0 ? [] : await store.writers([...keys.values()])
  return new Map(found.map((writer) => [writerKey(writer.conversation, writer.page, writer.client), writer]))
}

/** Under the ids of what is pushed, and of what it names. */
async function loadMessages(
  store: RelayStore,
  pushed: readonly Pushed[],
): Promise<ReadonlyMap<string, MessageRecord>> {
  const keys = new Map<string, EntryKey>()
  for (const { conversation, entry } of pushed) {
    if (conversation === undefined || entry === undefined) continue
    for (const id of 'op' in entry ? [entry.id, entry.target] : [entry.id]) {
      keys.set(entryKey(conversation, id), { conversation, id })
    }
  }
  const found = keys.size === 0 ? [] : await store.messages([...keys.values()])
  return new Map(found.map((message) => [entryKey(message.conversation, message.id), message]))
}

async function loadCommands(
  store: RelayStore,
  inputs: readonly Input[],
): Promise<ReadonlyMap<string, CommandRecord>> {
  const keys = new Map<string, CommandKey>()
  for (const input of inputs) {
    const id =
      input.kind === 'person' ? input.parsed : input.kind === 'command' ? input.parsed?.id : undefined
    if (id === undefined) continue
    const key = { user: input.by.user, id }
    keys.set(commandKey(key.user, key.id), key)
  }
  const found = keys.size === 0 ? [] : await store.commands([...keys.values()])
  return new Map(found.map((command) => [commandKey(command.user, command.id), command]))
}

/** Rows at clocks that are taken, those of the messages found, and those of the edits that stand on them. */
async function loadRows(
  store: RelayStore,
  pushed: readonly Pushed[],
  writers: ReadonlyMap<string, WriterRecord>,
  messages: ReadonlyMap<string, MessageRecord>,
): Promise<ReadonlyMap<string, LogRow>> {
  const reads = new Map<string, Promise<LogRow | undefined>>()
  for (const { conversation, page, client, clock, append } of pushed) {
    if (conversation === undefined || append === undefined) continue
    const next = writers.get(writerKey(conversation, page, client))?.clock ?? 0
    if (clock >= next) continue
    const key = placeKey(conversation, page, client, clock)
    if (!reads.has(key)) reads.set(key, store.rowAt(conversation, page, client, clock))
  }
  for (const { conversation, seq, edit } of messages.values()) {
    for (const wanted of edit === null ? [seq] : [seq, edit.seq]) {
      reads.set(seqKey(conversation, wanted), store.row(conversation, wanted))
    }
  }
  const rows = new Map<string, LogRow>()
  // Together: when one of them fails, somebody still listens to the others.
  const found = await Promise.all(reads.values())
  for (const [index, key] of [...reads.keys()].entries()) {
    const row = found[index]
    if (row !== undefined) rows.set(key, row)
  }
  return rows
}

async function loadTargetPages(
  store: RelayStore,
  pushed: readonly Pushed[],
  messages: ReadonlyMap<string, MessageRecord>,
  states: States,
): Promise<ReadonlyMap<string, PageRecord>> {
  const wanted = new Map<ConversationId, Set<number>>()
  for (const { conversation, entry } of pushed) {
    if (conversation === undefined || entry === undefined || !('op' in entry)) continue
    const page = messages.get(entryKey(conversation, entry.target))?.page
    if (page === undefined || page === states.get(conversation)?.openPage.page) continue
    const pages = wanted.get(conversation) ?? new Set()
    wanted.set(conversation, pages.add(page))
  }
  const pages = new Map<string, PageRecord>()
  for (const [conversation, numbers] of wanted) {
    for (const page of await store.pages(conversation, [...numbers]))
      pages.set(pageKey(conversation, page.page), page)
  }
  return pages
}
