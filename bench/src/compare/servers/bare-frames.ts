/**
 * What the bare servers say, as few bytes as it takes.
 *
 * ```
 * to a member    0                                                         he is in
 *                1 · rows: length, update …                                what came in one turn, after its commit
 * to an asker    2 · answered conversations: name, first seq, rows: count, (length, update) … · at the end: an empty name
 * from a member  the update
 * from an asker  3 · (name, seq) …     what came after this, of each;   4 · count · name …     the newest so many, of each
 * ```
 *
 * A member's socket has its room as its path; an asker's is `/`. One question is one frame.
 */
import { joined, readVarBytes, readVarUint, varBytes, varText, varUint } from '../bytes.ts'

export const joinedRoom: Uint8Array = Uint8Array.of(0)
const rowsByte = 1
const answerByte = 2
const afterByte = 3
const newestByte = 4

export type Question =
  | { readonly ask: 'after'; readonly cursors: readonly Cursor[] }
  | { readonly ask: 'newest'; readonly count: number; readonly conversations: readonly string[] }

export interface Cursor {
  readonly conversation: string
  /** 0 for all of it. */
  readonly seq: number
}

export interface Answered {
  readonly conversation: string
  readonly firstSeq: number
  readonly updates: readonly Uint8Array[]
}

export function rowsFrame(updates: readonly Uint8Array[]): Uint8Array {
  return joined(Uint8Array.of(rowsByte), ...updates.flatMap((update) => [varUint(update.length), update]))
}

export function writeQuestion(question: Question): Uint8Array {
  return question.ask === 'after'
    ? joined(
        Uint8Array.of(afterByte),
        ...question.cursors.flatMap(({ conversation, seq }) => [varText(conversation), varUint(seq)]),
      )
    : joined(Uint8Array.of(newestByte), varUint(question.count), ...question.conversations.map(varText))
}

export function readQuestion(bytes: Uint8Array): Question {
  const kind = bytes[0]
  if (kind === afterByte) return { ask: 'after', cursors: [...readCursors(bytes, 1)] }
  if (kind !== newestByte) throw new Error(`there is no question ${kind ?? 'of nothing'}`)
  const count = readVarUint(bytes, 1)
  const conversations: string[] = []
  for (let at = count.next; at < bytes.length;) {
    const name = readVarBytes(bytes, at)
    conversations.push(Buffer.from(name.value).toString())
    at = name.next
  }
  return { ask: 'newest', count: count.value, conversations }
}

function* readCursors(bytes: Uint8Array, from: number): Generator<Cursor> {
  for (let at = from; at < bytes.length;) {
    const name = readVarBytes(bytes, at)
    const seq = readVarUint(bytes, name.next)
    yield { conversation: Buffer.from(name.value).toString(), seq: seq.value }
    at = seq.next
  }
}

export const answerBegin: Uint8Array = Uint8Array.of(answerByte)
export const answerEnd: Uint8Array = varText('')

export function answeredPart({ conversation, firstSeq, updates }: Answered): Uint8Array {
  return joined(varText(conversation), varUint(firstSeq), varUint(updates.length), ...updates.map(varBytes))
}

/** One frame of an answer, and whether it was the last one. */
export function readAnswer(bytes: Uint8Array): {
  readonly answered: readonly Answered[]
  readonly last: boolean
} {
  if (bytes[0] !== answerByte) throw new Error('this is no answer')
  const answered: Answered[] = []
  for (let at = 1; at < bytes.length;) {
    const name = readVarBytes(bytes, at)
    if (name.value.length === 0) return { answered, last: true }
    const seq = readVarUint(bytes, name.next)
    const count = readVarUint(bytes, seq.next)
    const updates: Uint8Array[] = []
    at = count.next
    for (let read = 0; read < count.value; read += 1) {
      const update = readVarBytes(bytes, at)
      updates.push(update.value)
      at = update.next
    }
    answered.push({ conversation: Buffer.from(name.value).toString(), firstSeq: seq.value, updates })
  }
  return { answered, last: false }
}
