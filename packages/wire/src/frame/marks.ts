/** How far members have got: delivered to a device of theirs, and read. */
import { type Reader, readList, readVarUint } from '../bytes/bounded-reader.ts'
import { writeList, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { Marks, ToldMarks } from '../frames.ts'
import type { MemberMark } from '../list-row.ts'
import { maxMarksPerFrame } from '../limits.ts'
import { readId, writeId } from './words.ts'

export function writeMarks(writer: Writer, marks: Marks): void {
  writeId(writer, marks.conversation)
  writeVarUint(writer, marks.delivered)
  writeVarUint(writer, marks.read)
}

export function readMarks(reader: Reader): Marks {
  return {
    frame: 'marks',
    conversation: readId(reader),
    delivered: readVarUint(reader),
    read: readVarUint(reader),
  }
}

export function writeToldMarks(writer: Writer, told: ToldMarks): void {
  writeId(writer, told.conversation)
  writeMarkList(writer, told.marks)
}

export function readToldMarks(reader: Reader): ToldMarks {
  return { frame: 'marks', conversation: readId(reader), marks: readMarkList(reader) }
}

export function writeMarkList(writer: Writer, marks: readonly MemberMark[]): void {
  writeList(writer, marks, maxMarksPerFrame, writeMark)
}

export function readMarkList(reader: Reader): readonly MemberMark[] {
  return readList(reader, maxMarksPerFrame, readMark)
}

function writeMark(writer: Writer, mark: MemberMark): void {
  writeId(writer, mark.user)
  writeVarUint(writer, mark.delivered)
  writeVarUint(writer, mark.read)
  writeVarUint(writer, mark.time)
}

function readMark(reader: Reader): MemberMark {
  return {
    user: readId(reader),
    delivered: readVarUint(reader),
    read: readVarUint(reader),
    time: readVarUint(reader),
  }
}
