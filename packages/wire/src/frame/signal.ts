/** What is true only now: it is never stored, and nobody waits for it. */
import { readAny, writeAny } from '../bytes/any.ts'
import { type Reader, readVarUint } from '../bytes/bounded-reader.ts'
import { writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { RelayedSignal, Signal } from '../frames.ts'
import { maxSignalBytes } from '../limits.ts'
import { readId, writeId } from './words.ts'

export function writeSignal(writer: Writer, signal: Signal): void {
  writeId(writer, signal.conversation)
  writeAny(writer, signal.content, maxSignalBytes)
}

export function readSignal(reader: Reader): Signal {
  return { frame: 'signal', conversation: readId(reader), content: readAny(reader, maxSignalBytes) }
}

export function writeRelayedSignal(writer: Writer, signal: RelayedSignal): void {
  writeId(writer, signal.conversation)
  writeId(writer, signal.from)
  writeVarUint(writer, signal.time)
  writeAny(writer, signal.content, maxSignalBytes)
}

export function readRelayedSignal(reader: Reader): RelayedSignal {
  return {
    frame: 'signal',
    conversation: readId(reader),
    from: readId(reader),
    time: readVarUint(reader),
    content: readAny(reader, maxSignalBytes),
  }
}
