/**
 * Reads, in batches, everything the inputs of a turn may refer to: judging is then without any waiting.
 */
import type { ConversationId } from '@parley/document'
import type { ConversationState } from './conversation-state.ts'
import { commandKey, type Loaded, type LoadedConversation, nothingLoaded } from './draft.ts'
import type { Input, Pushed } from './inputs.ts'
import { loadMarks } from './judge-marks.ts'
import { loadPeople } from './load-people.ts'
import type {
  CommandKey,
  CommandRecord,
  EntryKey,
  LogRow,
  MessageRecord,
  PlaceKey,
  RelayStore,
  WriterRecord,
} from './store.ts'
import { loadUsage } from './usage-draft.ts'

export type States = ReadonlyMap<ConversationId, ConversationState | undefined>

/** What is found, by its conversation. */
type Found = (conversation: ConversationId) => LoadedConversation

/** Conversations whose inputs are loaded for: what is pushed to one that does not exist can refer to nothing. */
interface Existing {
  readonly state: ConversationState
  readonly pushed: readonly Pushed[]
}

export async function loadFor(
  store: RelayStore,
  inputs: readonly Input[],
  states: States,
  commands: Loaded['commands'],
): Promise<Loaded> {
  const conversations = new Map<ConversationId, LoadedConversation>()
  const found: Found = (conversation) => {
    const known = conversations.get(conversation)
    if (known !== undefined) return known
    const loaded = nothingLoaded()
    conversations.set(conversation, loaded)
    return loaded
  }
  const existing = existingOf(inputs, states)
  const [, messages, people, , usage] = await Promise.all([
    loadWriters(store, existing, states, found),
    loadMessages(store, existing, found),
    loadPeople(store, inputs, states),
    loadMarks(store, inputs, states, found),
    loadUsage(store, inputs),
  ])
  await Promise.all([
    loadRows(store, existing, messages, found),
    messages.length === 0 ? undefined : loadTargetPages(store, existing, found),
  ])
  return { conversations, commands, people, usage }
}

function existingOf(inputs: readonly Input[], states: States): readonly Existing[] {
  const existing: Existing[] = []
  for (const input of inputs) {
    if (input.kind !== 'push') continue
    const id = input.updates[0]?.conversation
    const state = id === undefined ? undefined : states.get(id)
    if (state !== undefined) existing.push({ state, pushed: input.updates })
  }
  return existing
}

/** Those of an open page are kept with it once they are known. */
async function loadWriters(
  store: RelayStore,
  existing: readonly Existing[],
  states: States,
  found: Found,
): Promise<void> {
  const keys: PlaceKey[] = []
  const want = ({ record, openPage, writers }: ConversationState, page: number, client: number): void => {
    if (page === openPage.page && writers.has(client)) return
    const last = keys.at(-1)
    // What comes together is of one writer, mostly.
    if (last?.client === client && last.page === page && last.conversation === record.id) return
    keys.push({ conversation: record.id, page, client })
  }
  for (const { state, pushed } of existing) {
    for (const { page, append } of pushed) {
      if (append === undefined) continue
      want(state, page, append.client)
      if (append.origin !== null && append.origin.client !== append.client)
        want(state, page, append.origin.client)
    }
  }
  if (keys.length === 0) return
  for (const writer of await store.writers(keys)) {
    const state = states.get(writer.conversation)
    if (state?.openPage.page === writer.page) state.writers.set(writer.client, writer)
    else {
      const { writers } = found(writer.conversation)
      const ofPage = writers.get(writer.page) ?? new Map<number, WriterRecord>()
      writers.set(writer.page, ofPage.set(writer.client, writer))
    }
  }
}

/** Under the ids of what is pushed, and of what it names. */
async function loadMessages(
  store: RelayStore,
  existing: readonly Existing[],
  found: Found,
): Promise<readonly MessageRecord[]> {
  const keys: EntryKey[] = []
  for (const { state, pushed } of existing) {
    const conversation = state.record.id
    for (const { entry } of pushed) {
      if (entry === undefined) continue
      keys.push({ conversation, id: entry.id })
      if ('op' in entry) keys.push({ conversation, id: entry.target })
    }
  }
  if (keys.length === 0) return []
  const messages = await store.messages(keys)
  for (const message of messages) found(message.conversation).messages.set(message.id, message)
  return messages
}

/** Commands that have been decided before, by their keys. */
export async function loadCommands(
  store: RelayStore,
  inputs: readonly Input[],
): Promise<ReadonlyMap<string, CommandRecord>> {
  const keys = new Map<string, CommandKey>()
  for (const input of inputs) {
    const key = keyOf(input)
    if (key !== undefined) keys.set(commandKey(key.user, key.id), key)
  }
  const found = keys.size === 0 ? [] : await store.commands([...keys.values()])
  return new Map(found.map((command) => [commandKey(command.user, command.id), command]))
}

/** Those that are still to be judged: what is answered as it was before needs nothing else. Rule RE362. */
export function undecided(
  inputs: readonly Input[],
  decided: ReadonlyMap<string, CommandRecord>,
): readonly Input[] {
  if (decided.size === 0) return inputs
  return inputs.filter((input) => {
    const key = keyOf(input)
    return key === undefined || !decided.has(commandKey(key.user, key.id))
  })
}

function keyOf(input: Input): CommandKey | undefined {
  if (input.kind !== 'person' && input.kind !== 'command') return undefined
  const id = input.kind === 'person' ? input.parsed : input.parsed?.id
  return id === undefined ? undefined : { user: input.by.user, id }
}

/** Rows at clocks that are taken, those of the messages found, and those of the edits that stand on them. */
async function loadRows(
  store: RelayStore,
  existing: readonly Existing[],
  messages: readonly MessageRecord[],
  found: Found,
): Promise<void> {
  const reads: Promise<LogRow | undefined>[] = []
  for (const { state, pushed } of existing) {
    const { id } = state.record
    for (const { page, client, clock, append } of pushed) {
      if (append === undefined) continue
      const ofPage = page === state.openPage.page ? state.writers : found(id).writers.get(page)
      if (clock < (ofPage?.get(client)?.clock ?? 0)) reads.push(store.rowAt(id, page, client, clock))
    }
  }
  for (const { conversation, seq, edit } of messages) {
    reads.push(store.row(conversation, seq))
    if (edit !== null) reads.push(store.row(conversation, edit.seq))
  }
  if (reads.length === 0) return
  // Together: when one of them fails, somebody still listens to the others.
  for (const row of await Promise.all(reads))
    if (row !== undefined) found(row.conversation).rows.set(row.seq, row)
}

async function loadTargetPages(
  store: RelayStore,
  existing: readonly Existing[],
  found: Found,
): Promise<void> {
  const wanted = new Map<ConversationId, Set<number>>()
  for (const { state, pushed } of existing) {
    const { id } = state.record
    for (const { entry } of pushed) {
      if (entry === undefined || !('op' in entry)) continue
      const page = found(id).messages.get(entry.target)?.page
      if (page === undefined || page === state.openPage.page) continue
      const pages = wanted.get(id) ?? new Set()
      wanted.set(id, pages.add(page))
    }
  }
  for (const [conversation, numbers] of wanted) {
    for (const page of await store.pages(conversation, [...numbers]))
      found(conversation).pages.set(page.page, page)
  }
}
