/** Ids and other small things tests are made of. */
import {
  type Command,
  type ConversationId,
  type Entry,
  type EntryId,
  makeConversationId,
  makeEntryId,
  parseUserId,
  readAppend,
  readEntry,
  type UserId,
} from '@parley/document'
import type { DeviceFrame } from '@parley/wire'

export function user(name: string): UserId {
  const id = parseUserId(name)
  if (id === undefined) throw new Error(`${name} is no user id`)
  return id
}

export const tom: UserId = user('Tom')
export const jerry: UserId = user('Jerry')
export const mary: UserId = user('Mary')

export function conversationId(n: number): ConversationId {
  return makeConversationId(new Uint8Array(16).fill(n))
}

export function entryId(n: number): EntryId {
  return makeEntryId(n, new Uint8Array(10).fill(n % 256))
}

export function createGroup(members: readonly UserId[], name: string | null = null): Command {
  return { op: 'create', kind: 'group', unique: false, members, name, attributes: {} }
}

export interface Pushed {
  readonly page: number
  readonly client: number
  readonly clock: number
  readonly origin: { readonly client: number; readonly clock: number } | null
  readonly update: Uint8Array
  readonly entry: Entry
}

/** The updates of the push frames among those given, with their place. */
export function pushed(frames: readonly DeviceFrame[]): readonly Pushed[] {
  return frames.flatMap((frame) =>
    frame.frame === 'push' ? frame.updates.map((update) => readPushed(frame.page, update)) : [],
  )
}

function readPushed(page: number, update: Uint8Array): Pushed {
  const read = readAppend(update)
  if (!read.ok) throw new Error(read.detail)
  const { client, clock, origin, content } = read.append
  const entry = readEntry(content)
  if (!entry.ok) throw new Error(entry.detail)
  return { page, client, clock, origin, update, entry: entry.entry }
}

export function textOf(entry: Entry | undefined): string {
  return entry === undefined || 'op' in entry ? '' : (entry.text ?? '')
}

/** The texts of what was pushed, in order. */
export function texts(frames: readonly DeviceFrame[]): readonly string[] {
  return pushed(frames).map(({ entry }) => textOf(entry))
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  // A memory store answers within microtasks; the longest chain of them is far shorter than this.
  for (let turn = 0; turn < 500; turn += 1) await Promise.resolve()
}

/** Why a call was refused, by its code; a call that was not is a failure of the test. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  const reason: unknown = await call.then(
    () => new Error('nothing was refused'),
    (error: unknown) => error,
  )
  if (typeof reason === 'object' && reason !== null && 'code' in reason && typeof reason.code === 'string')
    return reason.code
  throw reason
}
