/** Asking for conversations by conditions, and getting them as list rows. (SPEC: WI50 to WI54) */
import { readAny, writeAny } from '../bytes/any.ts'
import { type Reader, readChoice, readFlag, readList, readVarUint } from '../bytes/bounded-reader.ts'
import { writeChoice, writeFlag, writeList, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { Answered, Found, QueryAnswer, QueryFrame } from '../queries.ts'
import { maxFoundPerFrame, maxQueryFrameBytes } from '../limits.ts'
import { readNews, writeNews } from './news.ts'
import { readDetail, readId, readName, writeDetail, writeId, writeName } from './words.ts'

export function writeQuery(writer: Writer, query: QueryFrame): void {
  writeVarUint(writer, query.request)
  writeFlag(writer, query.count)
  writeAny(writer, query.query, maxQueryFrameBytes)
}

export function readQuery(reader: Reader): QueryFrame {
  return {
    frame: 'query',
    request: readVarUint(reader),
    count: readFlag(reader),
    query: readAny(reader, maxQueryFrameBytes),
  }
}

export function writeQueryAnswer(writer: Writer, { request, answered }: QueryAnswer): void {
  writeVarUint(writer, request)
  writeAnswered(writer, answered)
}

export function readQueryAnswer(reader: Reader): QueryAnswer {
  return { frame: 'query-answer', request: readVarUint(reader), answered: readAnswered(reader) }
}

const results = ['found', 'count', 'later', 'failed'] as const

function writeAnswered(writer: Writer, answered: Answered): void {
  writeChoice(writer, results, answered.result)
  switch (answered.result) {
    case 'found':
      writeList(writer, answered.found, maxFoundPerFrame, writeFound)
      writeFlag(writer, answered.more)
      writeFlag(writer, answered.beyond)
      return
    case 'count':
      writeVarUint(writer, answered.count)
      return
    case 'later':
      writeId(writer, answered.code)
      writeVarUint(writer, answered.waitMs)
      return
    case 'failed':
      writeId(writer, answered.code)
      writeDetail(writer, answered.detail)
  }
}

function readAnswered(reader: Reader): Answered {
  const result = readChoice(reader, results)
  switch (result) {
    case 'found':
      return {
        result,
        found: readList(reader, maxFoundPerFrame, readFound),
        more: readFlag(reader),
        beyond: readFlag(reader),
      }
    case 'count':
      return { result, count: readVarUint(reader) }
    case 'later':
      return { result, code: readId(reader), waitMs: readVarUint(reader) }
    case 'failed':
      return { result, code: readId(reader), detail: readDetail(reader) }
  }
}

const standings = ['member', 'joinable'] as const

/** Bytes of one in the list of an answer stand in `sizes.ts`. */
export function writeFound(writer: Writer, found: Found): void {
  writeChoice(writer, standings, found.is)
  if (found.is === 'member') {
    writeNews(writer, found.news)
    return
  }
  writeId(writer, found.conversation)
  writeId(writer, found.kind)
  writeName(writer, found.name)
  writeId(writer, found.creator)
  writeVarUint(writer, found.createdAt)
  writeVarUint(writer, found.members)
}

function readFound(reader: Reader): Found {
  const is = readChoice(reader, standings)
  if (is === 'member') return { is, news: readNews(reader) }
  return {
    is,
    conversation: readId(reader),
    kind: readId(reader),
    name: readName(reader),
    creator: readId(reader),
    createdAt: readVarUint(reader),
    members: readVarUint(reader),
  }
}
