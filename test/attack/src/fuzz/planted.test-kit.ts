/**
 * A small decoder of values with faults that can be planted in it, one at a time: each is a mistake that decoders are known
 * for. Without one it takes what the real one takes.
 */
import { type JsonValue, readAny, writeAny } from '@parley/document'
import { anyPart, json, swapped } from './make-values.ts'
import { hold, holdPrototypes, sameBytes, type Target } from './target.ts'

export const plantedFaults = [
  'a length is not checked',
  'a count is trusted before it is checked',
  'a number may be longer than it must',
  'a key may reach a prototype',
  'minus zero is a number',
  'what follows is not looked at',
  'an exception is not caught',
  'nesting is not bounded',
  'texts are compared with all before them',
  'every input is kept',
  'a loop does not end',
] as const
export type PlantedFault = (typeof plantedFaults)[number]

const limits = { maxBytes: 64 * 1024, maxDepth: 16 }
const kept: Uint8Array[] = []

interface Reader {
  readonly bytes: Uint8Array
  at: number
}

class Refused extends Error {}

export function plantedTarget(fault: PlantedFault | undefined): Target {
  const read = (bytes: Uint8Array): unknown => decode(bytes, fault)
  return {
    name: `planted: ${fault ?? 'nothing'}`,
    read,
    run(bytes) {
      const value = read(bytes)
      holdPrototypes()
      if (value === undefined) return
      const real = readAny(bytes, limits)
      const written = writeAny(value as JsonValue)
      hold(sameBytes(written, bytes), 'a value that was read is not written with the same bytes')
      hold(real.ok, 'a value is taken that is none')
    },
    make: (random) => anyPart(random.once(3) ? swapped(random, json(random)) : json(random)),
    edges: [],
    round: 400,
  }
}

function decode(bytes: Uint8Array, fault: PlantedFault | undefined): unknown {
  if (fault === 'every input is kept') kept.push(new Uint8Array(4096))
  if (bytes.length > limits.maxBytes) return undefined
  const reader = { bytes, at: 0 }
  try {
    const value = readValue(reader, fault, 0)
    return reader.at < bytes.length && fault !== 'what follows is not looked at' ? undefined : value
  } catch (error) {
    if (error instanceof Refused && fault !== 'an exception is not caught') return undefined
    throw error
  }
}

function readValue(reader: Reader, fault: PlantedFault | undefined, depth: number): unknown {
  switch (next(reader)) {
    case 126:
      return null
    case 121:
      return false
    case 120:
      return true
    case 125:
      return readInt(reader, fault)
    case 119:
      return readText(reader, fault)
    case 118:
      return readObject(reader, fault, open(depth, fault))
    case 117:
      return readList(reader, fault, open(depth, fault))
    default:
      throw new Refused()
  }
}

function open(depth: number, fault: PlantedFault | undefined): number {
  if (depth >= limits.maxDepth && fault !== 'nesting is not bounded') throw new Refused()
  return depth + 1
}

function readList(reader: Reader, fault: PlantedFault | undefined, depth: number): unknown {
  const count = readCount(reader, fault)
  if (fault === 'a count is trusted before it is checked') {
    // As a decoder that makes room first would.
    const room = new Uint8Array(Math.min(count, 2 ** 26) * 8)
    if (count > left(reader) && room.length >= 0) throw new Refused()
  }
  const items: unknown[] = []
  for (let rest = count; rest > 0; rest -= 1) items.push(readValue(reader, fault, depth))
  return items
}

function readObject(reader: Reader, fault: PlantedFault | undefined, depth: number): unknown {
  const fields: Record<string, unknown> = {}
  const keys: string[] = []
  for (let rest = readCount(reader, fault); rest > 0; rest -= 1) {
    const key = readText(reader, fault)
    const reaches = ['__proto__', 'constructor', 'prototype'].includes(key)
    if ((reaches && fault !== 'a key may reach a prototype') || Object.hasOwn(fields, key))
      throw new Refused()
    fields[key] = readValue(reader, fault, depth)
    keys.push(key)
  }
  const isInOrder = Object.keys(fields).every((key, index) => key === keys[index])
  if (!isInOrder && fault !== 'a key may reach a prototype') throw new Refused()
  return fields
}

function readInt(reader: Reader, fault: PlantedFault | undefined): number {
  const first = next(reader)
  let value = first & 63
  let byte = first
  for (let unit = 64; byte >= 128; unit *= 128) {
    byte = next(reader)
    value += (byte & 127) * unit
    if (value > 2 ** 31 - 1) throw new Refused()
    if (byte === 0 && fault !== 'a number may be longer than it must') throw new Refused()
  }
  if ((first & 64) === 0) return value
  if (value === 0 && fault !== 'minus zero is a number') throw new Refused()
  return -value
}

function readText(reader: Reader, fault: PlantedFault | undefined): string {
  const length = readCount(reader, fault)
  const start = reader.at
  reader.at += length
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      reader.bytes.subarray(start, reader.at),
    )
    if (fault === 'texts are compared with all before them') spin(text.length > 6 ? 70 : 0)
    return text
  } catch {
    throw new Refused()
  }
}

/** Milliseconds of work. */
function spin(milliseconds: number): void {
  const { user } = process.threadCpuUsage()
  while (process.threadCpuUsage().user - user < milliseconds * 1000);
}

function readCount(reader: Reader, fault: PlantedFault | undefined): number {
  let value = 0
  for (let unit = 1; ; unit *= 128) {
    const byte = next(reader)
    value += (byte & 127) * unit
    if (value > Number.MAX_SAFE_INTEGER) throw new Refused()
    if (byte >= 128) continue
    if (byte === 0 && unit > 1) {
      if (fault === 'a loop does not end') for (;;) reader.at = 0
      if (fault !== 'a number may be longer than it must') throw new Refused()
    }
    const isUnchecked =
      fault === 'a length is not checked' || fault === 'a count is trusted before it is checked'
    if (value > left(reader) && !isUnchecked) throw new Refused()
    return value
  }
}

function left({ bytes, at }: Reader): number {
  return bytes.length - at
}

function next(reader: Reader): number {
  const byte = reader.bytes[reader.at]
  if (byte === undefined) throw new Refused()
  reader.at += 1
  return byte
}
