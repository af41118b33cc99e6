/** Asking for a page or a head, and getting it. */
import { type Reader, readBytes, readChoice, readFlag, readVarUint } from '../bytes/bounded-reader.ts'
import { writeBytes, writeChoice, writeFlag, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { Fetch, FetchAnswer, Fetched } from '../frames.ts'
import { maxRelayFrameBytes } from '../limits.ts'
import { readRowList, writeRowList } from './row.ts'
import {
  readDetail,
  readDigest,
  readId,
  readName,
  readPage,
  writeDetail,
  writeDigest,
  writeId,
  writeName,
  writePage,
} from './words.ts'

export function writeFetch(writer: Writer, fetch: Fetch): void {
  writeVarUint(writer, fetch.request)
  writeId(writer, fetch.conversation)
  writeVarUint(writer, fetch.page)
  writeVarUint(writer, fetch.after)
}

export function readFetch(reader: Reader): Fetch {
  return {
    frame: 'fetch',
    request: readVarUint(reader),
    conversation: readId(reader),
    page: readVarUint(reader),
    after: readVarUint(reader),
  }
}

export function writeFetchAnswer(writer: Writer, answer: FetchAnswer): void {
  writeVarUint(writer, answer.request)
  writeId(writer, answer.conversation)
  writeFetched(writer, answer.fetched)
}

export function readFetchAnswer(reader: Reader): FetchAnswer {
  return {
    frame: 'fetch-answer',
    request: readVarUint(reader),
    conversation: readId(reader),
    fetched: readFetched(reader),
  }
}

const results = ['rows', 'head', 'joinable', 'failed'] as const

function writeFetched(writer: Writer, fetched: Fetched): void {
  writeChoice(writer, results, fetched.result)
  switch (fetched.result) {
    case 'rows':
      writePage(writer, fetched.page)
      writeVarUint(writer, fetched.version)
      writeDigest(writer, fetched.digest)
      writeVarUint(writer, fetched.after)
      writeFlag(writer, fetched.more)
      writeRowList(writer, fetched.rows)
      return
    case 'head':
      writeVarUint(writer, fetched.version)
      writeDigest(writer, fetched.digest)
      writeBytes(writer, fetched.state, maxRelayFrameBytes)
      return
    case 'joinable':
      writeId(writer, fetched.kind)
      writeName(writer, fetched.name)
      writeId(writer, fetched.creator)
      writeVarUint(writer, fetched.createdAt)
      writeVarUint(writer, fetched.members)
      return
    case 'failed':
      writeId(writer, fetched.code)
      writeDetail(writer, fetched.detail)
  }
}

function readFetched(reader: Reader): Fetched {
  const result = readChoice(reader, results)
  switch (result) {
    case 'rows':
      return {
        result,
        page: readPage(reader),
        version: readVarUint(reader),
        digest: readDigest(reader),
        after: readVarUint(reader),
        more: readFlag(reader),
        rows: readRowList(reader),
      }
    case 'head':
      return {
        result,
        version: readVarUint(reader),
        digest: readDigest(reader),
        state: readBytes(reader, maxRelayFrameBytes),
      }
    case 'joinable':
      return {
        result,
        kind: readId(reader),
        name: readName(reader),
        creator: readId(reader),
        createdAt: readVarUint(reader),
        members: readVarUint(reader),
      }
    case 'failed':
      return { result, code: readId(reader), detail: readDetail(reader) }
  }
}
