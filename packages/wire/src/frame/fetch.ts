/** Asking for a page or a head, and getting it. */
import {
  expectSize,
  malformed,
  type Reader,
  readBytes,
  readChoice,
  readFlag,
  readVarUint,
} from '../bytes/bounded-reader.ts'
import {
  writeBytes,
  writeChoice,
  writeFlag,
  writeRaw,
  writeVarUint,
  type Writer,
} from '../bytes/bounded-writer.ts'
import type { DeflatedRows, Fetch, FetchAnswer, Fetched, FetchedRows } from '../frames.ts'
import { assert } from '../assert.ts'
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

export type FetchAnswerHead = Pick<FetchAnswer, 'request' | 'conversation'>

export function writeFetchAnswer(writer: Writer, answer: FetchAnswer): void {
  writeHead(writer, answer)
  writeFetched(writer, answer.fetched)
}

/** `rows`: what `writeFetchedRows` has made of them. */
export function writeRowsAnswer(writer: Writer, head: FetchAnswerHead, rows: Uint8Array): void {
  writeHead(writer, head)
  writeChoice(writer, results, 'rows')
  writeRaw(writer, rows)
}

function writeHead(writer: Writer, { request, conversation }: FetchAnswerHead): void {
  writeVarUint(writer, request)
  writeId(writer, conversation)
}

export function readFetchAnswer(reader: Reader): FetchAnswer {
  return {
    frame: 'fetch-answer',
    request: readVarUint(reader),
    conversation: readId(reader),
    fetched: readFetched(reader),
  }
}

const results = ['rows', 'head', 'joinable', 'failed', 'deflated'] as const

function writeFetched(writer: Writer, fetched: FetchAnswer['fetched']): void {
  writeChoice(writer, results, fetched.result)
  switch (fetched.result) {
    case 'rows':
      writeFetchedRows(writer, fetched)
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
      return
    case 'deflated':
      writeDeflated(writer, fetched)
  }
}

function readFetched(reader: Reader): Fetched | DeflatedRows {
  const result = readChoice(reader, results)
  switch (result) {
    case 'rows':
      return readFetchedRows(reader)
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
    case 'deflated':
      return readDeflated(reader)
  }
}

export function writeFetchedRows(writer: Writer, fetched: FetchedRows): void {
  writePage(writer, fetched.page)
  writeVarUint(writer, fetched.version)
  writeDigest(writer, fetched.digest)
  writeVarUint(writer, fetched.after)
  writeFlag(writer, fetched.more)
  writeRowList(writer, fetched.rows)
}

export function readFetchedRows(reader: Reader): FetchedRows {
  return {
    result: 'rows',
    page: readPage(reader),
    version: readVarUint(reader),
    digest: readDigest(reader),
    after: readVarUint(reader),
    more: readFlag(reader),
    rows: readRowList(reader),
  }
}

function writeDeflated(writer: Writer, { size, bytes }: DeflatedRows): void {
  assert(size <= maxRelayFrameBytes, 'what is deflated would have fitted into a frame')
  assert(bytes.length < size, 'what is deflated has become smaller')
  writeVarUint(writer, size)
  writeBytes(writer, bytes, maxRelayFrameBytes)
}

function readDeflated(reader: Reader): DeflatedRows {
  const size = readVarUint(reader)
  expectSize(reader, maxRelayFrameBytes, size)
  const bytes = readBytes(reader, maxRelayFrameBytes)
  if (bytes.length >= size) malformed(reader, 'nothing is smaller')
  return { result: 'deflated', size, bytes }
}
