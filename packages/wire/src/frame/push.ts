/** Updates to the relay, and its answers to them. */
import { type Reader, readChoice, readList, readVarUint, readView } from '../bytes/bounded-reader.ts'
import { writeBytes, writeChoice, writeList, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { Answer, Push, PushAnswer, Verdict } from '../frames.ts'
import { maxAnswersPerFrame, maxDeviceFrameBytes, maxUpdatesPerPush } from '../limits.ts'
import { readDetail, readId, readPage, writeDetail, writeId, writePage } from './words.ts'

export function writePush(writer: Writer, push: Push): void {
  writeId(writer, push.conversation)
  writePage(writer, push.page)
  writeList(writer, push.updates, maxUpdatesPerPush, writeUpdate)
}

export function readPush(reader: Reader): Push {
  return {
    frame: 'push',
    conversation: readId(reader),
    page: readPage(reader),
    updates: readList(reader, maxUpdatesPerPush, readUpdate),
  }
}

function writeUpdate(writer: Writer, update: Uint8Array): void {
  writeBytes(writer, update, maxDeviceFrameBytes)
}

/** It stays where it is: a copy of each would be the longest part of reading most of these frames. */
function readUpdate(reader: Reader): Uint8Array {
  return readView(reader, maxDeviceFrameBytes)
}

export function writeAnswer(writer: Writer, answer: Answer): void {
  writeId(writer, answer.conversation)
  writeList(writer, answer.answers, maxAnswersPerFrame, writePushAnswer)
}

export function readAnswer(reader: Reader): Answer {
  return {
    frame: 'answer',
    conversation: readId(reader),
    answers: readList(reader, maxAnswersPerFrame, readPushAnswer),
  }
}

function writePushAnswer(writer: Writer, answer: PushAnswer): void {
  writePage(writer, answer.page)
  writeVarUint(writer, answer.client)
  writeVarUint(writer, answer.clock)
  writeVerdict(writer, answer.verdict)
}

function readPushAnswer(reader: Reader): PushAnswer {
  return {
    page: readPage(reader),
    client: readVarUint(reader),
    clock: readVarUint(reader),
    verdict: readVerdict(reader),
  }
}

const classes = ['accepted', 'duplicate', 'rewrite', 'later', 'refused'] as const

function writeVerdict(writer: Writer, verdict: Verdict): void {
  writeChoice(writer, classes, verdict.class)
  switch (verdict.class) {
    case 'accepted':
      writeVarUint(writer, verdict.seq)
      writeVarUint(writer, verdict.time)
      return
    case 'duplicate':
      writeVarUint(writer, verdict.seq)
      writeVarUint(writer, verdict.time)
      writePage(writer, verdict.page)
      writeVarUint(writer, verdict.client)
      writeVarUint(writer, verdict.clock)
      return
    case 'rewrite':
      writeId(writer, verdict.code)
      writeVarUint(writer, verdict.page)
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

function readVerdict(reader: Reader): Verdict {
  const verdictClass = readChoice(reader, classes)
  switch (verdictClass) {
    case 'accepted':
      return { class: verdictClass, seq: readVarUint(reader), time: readVarUint(reader) }
    case 'duplicate':
      return {
        class: verdictClass,
        seq: readVarUint(reader),
        time: readVarUint(reader),
        page: readPage(reader),
        client: readVarUint(reader),
        clock: readVarUint(reader),
      }
    case 'rewrite':
      return { class: verdictClass, code: readId(reader), page: readVarUint(reader) }
    case 'later':
      return { class: verdictClass, code: readId(reader), waitMs: readVarUint(reader) }
    case 'refused':
      return { class: verdictClass, code: readId(reader), detail: readDetail(reader) }
  }
}
