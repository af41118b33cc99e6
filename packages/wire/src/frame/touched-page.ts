/** A page, its version and its digest, as catch-up and digests name it. */
import { type Reader, readFlag, readVarUint } from '../bytes/bounded-reader.ts'
import { writeFlag, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { TouchedPage } from '../list-row.ts'
import { readDigest, writeDigest } from './words.ts'

export function writeTouchedPage(writer: Writer, page: TouchedPage): void {
  writeVarUint(writer, page.page)
  writeVarUint(writer, page.version)
  writeDigest(writer, page.digest)
  writeFlag(writer, page.erased)
}

export function readTouchedPage(reader: Reader): TouchedPage {
  return {
    page: readVarUint(reader),
    version: readVarUint(reader),
    digest: readDigest(reader),
    erased: readFlag(reader),
  }
}
