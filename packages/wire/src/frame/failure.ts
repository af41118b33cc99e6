/**
 * How a session ends. This layout is the same in every version of the protocol: it must be read by those who are told
 * that theirs is the wrong one. (SPEC: WI6)
 */
import { type Reader, readChoice, readVarUint } from '../bytes/bounded-reader.ts'
import { writeChoice, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { FailureFrame } from '../frames.ts'
import { readDetail, readId, writeDetail, writeId } from './words.ts'

const again = ['retry', 'token', 'stop'] as const

export function writeFailure(writer: Writer, failure: FailureFrame): void {
  writeId(writer, failure.code)
  writeChoice(writer, again, failure.again)
  writeVarUint(writer, failure.waitMs)
  writeDetail(writer, failure.detail)
}

export function readFailure(reader: Reader): FailureFrame {
  return {
    frame: 'failure',
    code: readId(reader),
    again: readChoice(reader, again),
    waitMs: readVarUint(reader),
    detail: readDetail(reader),
  }
}
