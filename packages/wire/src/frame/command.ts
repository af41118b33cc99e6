/** What a user means to do to a conversation, and what came of it. */
import { readAny, writeAny } from '../bytes/any.ts'
import { type Reader, readChoice, readVarUint } from '../bytes/bounded-reader.ts'
import { writeChoice, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { CommandAnswer, CommandFrame, CommandVerdict } from '../frames.ts'
import { readDetail, readId, writeDetail, writeId } from './words.ts'

export function writeCommand(writer: Writer, command: CommandFrame): void {
  writeId(writer, command.conversation)
  writeId(writer, command.id)
  writeAny(writer, command.command)
}

export function readCommand(reader: Reader): CommandFrame {
  return { frame: 'command', conversation: readId(reader), id: readId(reader), command: readAny(reader) }
}

export function writeCommandAnswer(writer: Writer, answer: CommandAnswer): void {
  writeId(writer, answer.conversation)
  writeId(writer, answer.id)
  writeVerdict(writer, answer.verdict)
}

export function readCommandAnswer(reader: Reader): CommandAnswer {
  return {
    frame: 'command-answer',
    conversation: readId(reader),
    id: readId(reader),
    verdict: readVerdict(reader),
  }
}

const classes = ['accepted', 'duplicate', 'later', 'refused'] as const

function writeVerdict(writer: Writer, verdict: CommandVerdict): void {
  writeChoice(writer, classes, verdict.class)
  switch (verdict.class) {
    case 'accepted':
    case 'duplicate':
      writeVarUint(writer, verdict.seq)
      writeVarUint(writer, verdict.time)
      writeAny(writer, verdict.outcome)
      return
    case 'later':
      writeId(writer, verdict.code)
      writeVarUint(writer, verdict.waitMs)
      return
    case 'refused':
      writeId(writer, verdict.code)
      writeDetail(writer, verdict.detail)
  }
}

function readVerdict(reader: Reader): CommandVerdict {
  const verdictClass = readChoice(reader, classes)
  switch (verdictClass) {
    case 'accepted':
    case 'duplicate':
      return {
        class: verdictClass,
        seq: readVarUint(reader),
        time: readVarUint(reader),
        outcome: readAny(reader),
      }
    case 'later':
      return { class: verdictClass, code: readId(reader), waitMs: readVarUint(reader) }
    case 'refused':
      return { class: verdictClass, code: readId(reader), detail: readDetail(reader) }
  }
}
