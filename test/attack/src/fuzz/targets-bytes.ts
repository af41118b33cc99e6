/** Decoders of bytes: frames, updates of pages, updates of stock tools. */
import {
  type Append,
  eraseAppend,
  inCausalOrder,
  readAny,
  readAppend,
  readEntry,
  readErased,
  readStockUpdate,
  type StockAppend,
  type StockUpdate,
  writeAny,
  writeAppend,
  writeEntry,
} from '@parley/document'
import {
  decodeDeviceFrame,
  decodeFetchedRows,
  decodeRelayFrame,
  encodeDeviceFrame,
  encodeFetchedRows,
  encodeRelayFrame,
} from '@parley/wire'
import { deviceEdges, deviceFrame, fetchedRows, relayEdges, relayFrame } from './make-frames.ts'
import {
  append,
  appendEdges,
  entry,
  entryEdges,
  erasedRow,
  reactionEdges,
  stock,
  stockEdges,
} from './make-updates.ts'
import { anyPart, json, swapped } from './make-values.ts'
import { raw } from './parts.ts'
import { hold, holdFault, holdPrototypes, sameBytes, show, type Target } from './target.ts'
import { holdPage, yjsAgrees } from './yjs-oracle.ts'

const wireCodes = ['unknown-frame', 'malformed', 'too-large', 'wrong-version']
const contentCodes = ['bad-content', 'not-canonical', 'too-large']
const updateCodes = ['not-an-append', ...contentCodes]

type Decoded<Frame> =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly failure: { readonly code: string; readonly detail: string } }

/** What decodes, encodes to the same bytes; and once it is decoded, the bytes may go: but for those of a push, which it shares. */
function frameTarget<Frame extends { readonly frame: string }>(
  name: string,
  decode: (bytes: Uint8Array) => Decoded<Frame>,
  encode: (frame: Frame) => Uint8Array,
  { make, edges }: Pick<Target, 'make' | 'edges'>,
): Target {
  const run = (bytes: Uint8Array): void => {
    const given = bytes.slice()
    const decoded = decode(given)
    hold(sameBytes(given, bytes), 'decoding changed what it read')
    if (!decoded.ok) {
      holdFault(decoded.failure, wireCodes)
      return
    }
    if (decoded.frame.frame !== 'push') given.fill(255)
    hold(sameBytes(encode(decoded.frame), bytes), 'what decodes does not encode to the same bytes')
    holdPrototypes()
  }
  return { name, read: decode, run, make, edges, round: 400 }
}

const deviceFrames = frameTarget('device-frame', decodeDeviceFrame, encodeDeviceFrame, {
  make: deviceFrame,
  edges: deviceEdges,
})
const relayFrames = frameTarget('relay-frame', decodeRelayFrame, encodeRelayFrame, {
  make: relayFrame,
  edges: relayEdges,
})

/** What a page is once it is inflated. */
const pages: Target = {
  name: 'fetched-rows',
  read: decodeFetchedRows,
  run(bytes) {
    const given = bytes.slice()
    const read = decodeFetchedRows(given)
    given.fill(255)
    if (read !== undefined)
      hold(
        sameBytes(encodeFetchedRows(read), bytes),
        'rows that were read are not written with the same bytes',
      )
    holdPrototypes()
  },
  make: fetchedRows,
  edges: [],
  round: 400,
}

const limits = { maxBytes: 64 * 1024, maxDepth: 16 }

const values: Target = {
  name: 'value',
  read: (bytes) => readAny(bytes, limits),
  run(bytes) {
    const read = readAny(bytes, limits)
    if (!read.ok) holdFault(read, contentCodes)
    else
      hold(sameBytes(writeAny(read.value), bytes), 'a value that was read is not written with the same bytes')
    holdPrototypes()
  },
  make: (random) => anyPart(random.once(3) ? swapped(random, json(random)) : json(random)),
  edges: [],
  round: 400,
}

const entries: Target = {
  name: 'entry',
  read: readEntry,
  run(bytes) {
    const read = readEntry(bytes)
    if (!read.ok) holdFault(read, contentCodes)
    else
      hold(
        sameBytes(writeEntry(read.entry), bytes),
        'an entry that was read is not written with the same bytes',
      )
  },
  make: (random) => anyPart(random.once(2) ? swapped(random, entry(random)) : entry(random)),
  edges: entryEdges,
  round: 400,
}

const appends: Target = {
  name: 'append',
  read(bytes) {
    const read = readAppend(bytes)
    return read.ok ? readEntry(read.append.content) : read
  },
  run(bytes) {
    const read = readAppend(bytes)
    if (!read.ok) {
      holdFault(read, updateCodes)
      return
    }
    hold(
      sameBytes(writeAppend(read.append), bytes),
      'an append that was read is not written with the same bytes',
    )
    const erased = eraseAppend(bytes)
    hold(readErased(erased).ok && sameBytes(eraseAppend(erased), erased), 'an erased append is no erased row')
    const written = readEntry(read.append.content)
    if (!written.ok) holdFault(written, contentCodes)
    else holdPage(bytes, read.append)
  },
  make: append,
  edges: [...appendEdges, ...reactionEdges],
  round: 200,
}

const erasures: Target = {
  name: 'erased',
  read: readErased,
  run(bytes) {
    const read = readErased(bytes)
    if (!read.ok) holdFault(read, updateCodes)
    else {
      hold(sameBytes(eraseAppend(bytes), bytes), 'an erased row changes by being erased')
      hold(!readAppend(bytes).ok, 'an erased row is an append')
    }
  },
  make: erasedRow,
  edges: [raw(new Uint8Array(65 * 1024))],
  round: 400,
}

const stockUpdates: Target = {
  name: 'stock-update',
  read(bytes) {
    const read = readStockUpdate(bytes, () => 0)
    const told = read.ok ? read.update.structs.filter((struct) => struct.kind === 'append') : []
    return inCausalOrder(told, () => 0)
  },
  run(bytes) {
    const read = readStockUpdate(bytes, () => 0)
    if (!read.ok) {
      holdFault(read, updateCodes)
      // There may be too much to append, and less where some of it is known.
      if (read.code !== 'too-large')
        hold(!readStockUpdate(bytes, () => 3).ok, 'known clocks make a bad update good')
      return
    }
    const told = read.update.structs.filter((struct) => struct.kind === 'append')
    const readable = told.map(rereads)
    holdKnown(bytes, read.update)
    const ordered = inCausalOrder(told, () => 0)
    if (!ordered.ok) holdFault(ordered, updateCodes)
    else holdOrder(told, ordered.appends, 0)
    // What was not known when it was read may be when it is ordered.
    const later = inCausalOrder(told, () => 1)
    if (!later.ok) holdFault(later, updateCodes)
    else holdOrder(told, later.appends, 1)
    const all = ordered.ok && told.length === read.update.structs.length && readable.every(Boolean)
    yjsAgrees(bytes, read.update, all ? ordered.appends : undefined)
  },
  make: stock,
  edges: stockEdges,
  round: 150,
}

/** Read again as the append it becomes, it is itself, or refused; whether its content is JSON, and so may reach Yjs. */
function rereads(told: StockAppend): boolean {
  const again = readAppend(writeAppend(told))
  if (!again.ok) {
    holdFault(again, updateCodes)
    return false
  }
  const same = (a: Append): string => show([a.client, a.clock, a.origin, [...a.content]])
  hold(same(again.append) === same(told), 'an append of a stock update is another one when it is read again')
  return readAny(told.content, limits).ok
}

/** With clocks that are known, the rest is told as before. */
function holdKnown(bytes: Uint8Array, whole: StockUpdate): void {
  const rest = readStockUpdate(bytes, () => 3)
  hold(rest.ok, 'known clocks make a good update bad')
  const beyond = whole.structs.filter((struct) => struct.kind === 'append' && struct.clock >= 3)
  const told = rest.update.structs.filter((struct) => struct.kind === 'append')
  hold(show(told) === show(beyond), 'known clocks change what is told of the others')
}

function holdOrder(told: readonly StockAppend[], ordered: readonly StockAppend[], known: number): void {
  hold(
    new Set(ordered).size === told.length && ordered.length === told.length,
    'ordering loses or doubles appends',
  )
  const next = new Map<number, number>()
  for (const { client, clock, origin } of ordered) {
    hold(clock === (next.get(client) ?? known), 'an append does not stand behind its predecessor')
    hold(
      origin === null || origin.clock < (next.get(origin.client) ?? known),
      'an append stands before its origin',
    )
    next.set(client, clock + 1)
  }
}

export const byteTargets: readonly Target[] = [
  deviceFrames,
  relayFrames,
  pages,
  values,
  entries,
  appends,
  erasures,
  stockUpdates,
]
