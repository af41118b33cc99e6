/**
 * What a turn judges: pushes and commands, parsed as far as they can be without any state. While they wait they hold little
 * more than the bytes they came in: a frame of small values is forty times as large once it has been read.
 */
import {
  type ConversationId,
  type Entry,
  type EntryId,
  type Erased,
  type JsonValue,
  parseConversationId,
  parseEntryId,
  readAppend,
  readEntry,
  readPlainMessage,
} from '@parley/document'
import { parseCommand, type ParsedCommand } from '@parley/document/commands'
import { type ParsedPersonCommand, parsePersonCommand } from '@parley/document/person'
import type { CommandFrame, CommandVerdict, MemberMark, Push, PushAnswer } from '@parley/wire'
import { placeInBytes } from './place-in-bytes.ts'
import type { Identity } from './ports.ts'

/** Why bytes are no entry: the codes are final refusals. */
export interface Unreadable {
  readonly code: string
  readonly detail: string
}

/** One update of a push. */
export interface Pushed {
  readonly by: Identity
  readonly conversation: ConversationId | undefined
  readonly page: number
  readonly client: number
  readonly clock: number
  readonly update: Uint8Array
  /** Where it stands. */
  readonly append: Erased | undefined
  /** Of an update that is an append; what it says is left to its bytes, but for whom a message mentions. */
  readonly entry: Entry | undefined
  readonly fault: Unreadable | undefined
}

export interface PushInput {
  readonly kind: 'push'
  readonly by: Identity
  /** As it was sent: the answer carries it. */
  readonly conversation: string
  readonly updates: readonly Pushed[]
  readonly bytes: number
}

export interface CommandInput {
  readonly kind: 'command'
  readonly by: Identity
  readonly conversation: string
  readonly parsed: { readonly conversation: ConversationId; readonly id: EntryId } | undefined
  readonly id: string
  readonly command: ParsedCommand
  readonly bytes: number
}

/** A command about no conversation. */
export interface PersonInput {
  readonly kind: 'person'
  readonly by: Identity
  readonly conversation: ''
  readonly parsed: EntryId | undefined
  readonly id: string
  readonly command: ParsedPersonCommand
  readonly bytes: number
}

/** How far its user says to have got. */
export interface MarksInput {
  readonly kind: 'marks'
  readonly by: Identity
  readonly conversation: string
  readonly parsed: ConversationId | undefined
  readonly delivered: number
  readonly read: number
  readonly bytes: number
}

export type Input = PushInput | CommandInput | PersonInput | MarksInput

export type Outcome =
  | { readonly kind: 'push'; readonly answers: readonly PushAnswer[] }
  | { readonly kind: 'command'; readonly verdict: CommandVerdict }
  /** `stands`: nothing moved, and whoever said it is told what stands. */
  | { readonly kind: 'marks'; readonly stands?: MemberMark }

export function pushInput(sender: Identity, push: Push): PushInput {
  const by = sender.writesAs === undefined ? sender : { ...sender, device: sender.writesAs }
  const conversation = parseConversationId(push.conversation)
  const updates = push.updates.map((update) => readPushed(by, conversation, push.page, update))
  let bytes = 0
  for (const pushed of updates) bytes += weightOfPushed(pushed)
  return { kind: 'push', by, conversation: push.conversation, updates, bytes }
}

function readPushed(
  by: Identity,
  conversation: ConversationId | undefined,
  page: number,
  update: Uint8Array,
): Pushed {
  const plain = readPlainMessage(update, by.user)
  if (plain !== undefined) {
    const { client, clock, id, sentAt, type } = plain
    const entry = { id, from: by.user, sentAt, type }
    return { by, conversation, page, client, clock, update, append: plain, entry, fault: undefined }
  }
  const read = readAppend(update)
  if (!read.ok) {
    const { client, clock } = placeInBytes(update)
    const fault = { code: read.code, detail: read.detail }
    return { by, conversation, page, client, clock, update, append: undefined, entry: undefined, fault }
  }
  const { append } = read
  const content = readEntry(append.content)
  const entry = content.ok ? outline(content.entry) : undefined
  const fault = content.ok ? undefined : { code: content.code, detail: content.detail }
  return { by, conversation, page, client: append.client, clock: append.clock, update, append, entry, fault }
}

function outline(entry: Entry): Entry {
  const { id, from, sentAt } = entry
  if (!('op' in entry)) {
    const { type, mentions } = entry
    return { id, from, sentAt, type, ...(mentions === undefined ? undefined : { mentions }) }
  }
  if (entry.op !== 'edit') return entry
  const { op, target, type } = entry
  return { id, from, sentAt, op, target, type }
}

function weightOfPushed({ update, entry }: Pushed): number {
  const mentions = entry !== undefined && !('op' in entry) ? (entry.mentions?.length ?? 0) : 0
  return update.length + bytesPerValue * mentions
}

export function commandInput(by: Identity, frame: CommandFrame): CommandInput | PersonInput {
  if (frame.conversation === '') return personInput(by, frame)
  const conversation = parseConversationId(frame.conversation)
  const id = parseEntryId(frame.id)
  const command = parseCommand(frame.command)
  return {
    kind: 'command',
    by,
    conversation: frame.conversation,
    parsed: conversation === undefined || id === undefined ? undefined : { conversation, id },
    id: frame.id,
    command,
    bytes: command.ok ? weightOf({ ...command.command }) : 0,
  }
}

function personInput(by: Identity, { id, command: given }: CommandFrame): PersonInput {
  const command = parsePersonCommand(given)
  const bytes = command.ok ? weightOf({ ...command.command }) : 0
  return { kind: 'person', by, conversation: '', parsed: parseEntryId(id), id, command, bytes }
}

/** About what a value takes in memory. */
function weightOf(value: JsonValue): number {
  if (typeof value === 'string') return bytesPerValue + value.length
  if (typeof value !== 'object' || value === null) return bytesPerValue
  return Object.entries(value).reduce(
    (sum, [key, inner]: readonly [string, JsonValue]) => sum + key.length + weightOf(inner),
    bytesPerValue,
  )
}

const bytesPerValue = 64
