/**
 * Writes updates as an honest device would, byte for byte, without a Yjs document: each behind the one before.
 */
import {
  type Entry,
  type EntryId,
  everybody,
  type ItemId,
  makeEntryId,
  type Mention,
  parseUserId,
  type UserId,
  writeAppend,
  writeEntry,
} from '@parley/document'

export interface Written extends ItemId {
  readonly id: EntryId
  readonly update: Uint8Array
}

export interface PenOptions {
  readonly user: UserId
  readonly client: number
  /** The last item of the page as the writer sees it; null for an empty page. */
  readonly origin?: ItemId | null
  readonly clock?: number
}

export interface Pen {
  /** Where the next entry goes; may be set to write what no honest device would. */
  clock: number
  origin: ItemId | null
  text(text: string, id?: EntryId): Written
  /** Says something to somebody, or to everybody (`*`). */
  call(mentions: readonly string[], text?: string): Written
  recall(target: EntryId, id?: EntryId): Written
  edit(target: EntryId, text: string, mentions?: readonly string[]): Written
  react(target: EntryId, sign: string, on?: boolean): Written
  entry(entry: Entry): Written
}

let made = 0

/** Different from every id this process made before, the same in every run. */
export function testEntryId(): EntryId {
  made += 1
  const chance = new Uint8Array(10)
  new DataView(chance.buffer).setUint32(6, made)
  return makeEntryId(1_700_000_000_000, chance)
}

function mentionOf(name: string): Mention {
  const user = name === everybody ? everybody : parseUserId(name)
  if (user === undefined) throw new Error(`no user id: ${name}`)
  return user
}

export function createPen({ user, client, origin = null, clock = 0 }: PenOptions): Pen {
  const sentAt = 1_700_000_000_000
  const pen: Pen = {
    clock,
    origin,
    text: (text, id = testEntryId()) => pen.entry({ id, from: user, sentAt, type: -1, text }),
    call: (mentions, text = 'hey') => {
      const id = testEntryId()
      return pen.entry({ id, from: user, sentAt, type: -1, text, mentions: mentions.map(mentionOf) })
    },
    recall: (target, id = testEntryId()) => pen.entry({ id, from: user, sentAt, op: 'recall', target }),
    edit: (target, text, mentions) => {
      const whom = mentions === undefined ? undefined : { mentions: mentions.map(mentionOf) }
      return pen.entry({ id: testEntryId(), from: user, sentAt, op: 'edit', target, type: -1, text, ...whom })
    },
    react: (target, sign, on = true) =>
      pen.entry({ id: testEntryId(), from: user, sentAt, op: 'react', target, sign, on }),
    entry(entry) {
      const place = { client, clock: pen.clock }
      const update = writeAppend({ ...place, origin: pen.origin, content: writeEntry(entry) })
      pen.clock += 1
      pen.origin = place
      return { ...place, id: entry.id, update }
    },
  }
  return pen
}
