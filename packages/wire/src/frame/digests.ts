/** Comparing what a device holds with what the relay holds, after a change of log epoch. */
import { type Reader, readList, readVarUint } from '../bytes/bounded-reader.ts'
import { writeList, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { DigestsAnswer, DigestsRequest } from '../frames.ts'
import { maxPagesPerRequest } from '../limits.ts'
import { readTouchedPage, writeTouchedPage } from './touched-page.ts'
import { readId, writeId } from './words.ts'

export function writeDigestsRequest(writer: Writer, request: DigestsRequest): void {
  writeVarUint(writer, request.request)
  writeId(writer, request.conversation)
  writeList(writer, request.pages, maxPagesPerRequest, writeVarUint)
}

export function readDigestsRequest(reader: Reader): DigestsRequest {
  return {
    frame: 'digests',
    request: readVarUint(reader),
    conversation: readId(reader),
    pages: readList(reader, maxPagesPerRequest, readVarUint),
  }
}

export function writeDigestsAnswer(writer: Writer, answer: DigestsAnswer): void {
  writeVarUint(writer, answer.request)
  writeId(writer, answer.conversation)
  writeList(writer, answer.pages, maxPagesPerRequest, writeTouchedPage)
}

export function readDigestsAnswer(reader: Reader): DigestsAnswer {
  return {
    frame: 'digests-answer',
    request: readVarUint(reader),
    conversation: readId(reader),
    pages: readList(reader, maxPagesPerRequest, readTouchedPage),
  }
}
