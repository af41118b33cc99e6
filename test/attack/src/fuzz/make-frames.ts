/** Frames of every kind, with a map. The layouts are written down a second time here: what the codec reads is held against it. */
import { anyPart, json, some, someBytes, users, whole } from './make-values.ts'
import { command } from './make-commands.ts'
import { append } from './make-updates.ts'
import { byte, list, number, type Part, raw, row, sized, text } from './parts.ts'
import type { Random } from './random.ts'

type Make = (random: Random) => Part

const ids = [
  '',
  'c1',
  'Tom',
  'Mary',
  'r---------------------F',
  '\u{1F600}',
  'x'.repeat(64),
  'created',
] as const
/** The one of the two honest people, more often than not: see `targets-sessions.ts`. */
const id: Make = (random) => text(random.once(3) ? 'r---------------------F' : random.pick(ids))
const uint: Make = (random) => number(whole(random))
const page: Make = (random) => number(random.once(2) ? 1 : Math.max(1, whole(random)))
const flag: Make = (random) => byte(random.below(2))
const detail: Make = (random) =>
  text(random.pick(['', 'The page is closed.', 'ä'.repeat(60), 'x'.repeat(500)]))
const any: Make = (random) => sized(anyPart(random.once(3) ? command(random) : json(random)))
const content: Make = (random) => sized(anyPart(json(random)))
const digest: Make = (random) => sized(raw(someBytes(random, 32)))
const blob: Make = (random) => sized(random.once(2) ? append(random) : raw(someBytes(random, 40)))
const optional =
  (make: Make): Make =>
  (random) =>
    random.once(2) ? byte(0) : row(byte(1), make(random))
const name = optional((random) => text(random.pick(['', 'Lunch', 'x'.repeat(400)])))
const many =
  (make: Make, most = 4): Make =>
  (random) =>
    list(Array.from({ length: random.below(most + 1) }, () => make(random)))
const parts =
  (...makes: readonly Make[]): Make =>
  (random) =>
    row(...makes.map((make) => make(random)))
const choice =
  (...makes: readonly Make[]): Make =>
  (random) => {
    const index = random.below(makes.length)
    return row(byte(index), makes[index]?.(random) ?? row())
  }

const step: Make = (random) => number(random.once(4) ? whole(random) : random.below(200))
/** A sequence or a time that others lie before. */
const late: Make = (random) => number(random.once(6) ? whole(random) : 100 + random.below(100_000))
/** Steps back, from 1 on; or 0 and the number itself. */
const back: Make = (random) =>
  random.once(20) ? row(byte(0), uint(random)) : number(1 + random.below(random.once(9) ? 10_000 : 3))
/** One of the usual words by its place, or spelled out. */
const word =
  (usual: readonly string[]): Make =>
  (random) =>
    random.once(12)
      ? row(byte(0), random.once(4) ? text(random.pick(usual)) : id(random))
      : byte(1 + random.below(usual.length))
const erased = parts(uint, uint, uint)
const some1: Make = (random) => list(Array.from({ length: 1 + random.below(3) }, () => erased(random)))
const rest: Make = (random) => sized(raw(someBytes(random, 40)))
/** The update of one item behind the one before it, of client 9. */
const ownAt = (clock: number): Part => sized(raw([1, 1, 9, clock, 0x88, 9, clock - 1, 1]))
const bodiesAt = (place: Make): readonly Make[] => [
  parts(place, place, page, blob),
  parts(place, place, page, blob, some1),
  parts(place, place, page, blob, id, id, flag),
  parts(place, place, blob, id, any),
  parts(place, place),
  parts(place, place, page, rest),
  parts(place, place, page, uint, uint, rest),
]
const logRow = choice(...bodiesAt(step))
const newestRow = choice(...bodiesAt(back))
/** Some of one client, one behind the other: said as that, or at length. */
const ownRun: Make = (random) => {
  const first = row(byte(0), number(1), number(0), number(1), ownAt(5))
  const next = row(byte(5), number(1), number(0), number(1), rest(random))
  const atLength = row(byte(0), number(0), number(0), number(1), ownAt(6))
  return list([first, ...(random.once(3) ? [atLength] : [next, next])])
}
const rows: Make = (random) => (random.once(3) ? ownRun(random) : many(logRow)(random))
const touched = parts(uint, uint, digest, flag)
const marks = many(parts(id, uint, uint, uint))

const kindWord = word(['group', 'direct'])
const roleWord = word(['', 'owner', 'manager', 'member'])
/** What may be there, by its bit, in the order in which it is written. */
const optionalParts: readonly (readonly [number, Make])[] = [
  [0, (random) => text(random.pick(['', 'Lunch', 'x'.repeat(400)]))],
  [8, (random) => text(random.pick(['', 'https://a.example/b.png', 'x'.repeat(2000)]))],
  [15, uint],
  [16, uint],
  [17, id],
  [10, parts(uint, uint)],
  [3, newestRow],
  [14, newestRow],
  [5, many(touched)],
  [13, many(uint)],
  [12, many(uint)],
  [11, marks],
  [7, rows],
]

/** Of 18; one that there is not, now and then. */
const someBits = (random: Random): ReadonlySet<number> => {
  const rarely = random.once(2) ? 9 : 3
  return new Set(
    Array.from({ length: 19 }, (_, bit) => bit).filter((bit) => random.once(bit === 18 ? 40 : rarely)),
  )
}
/** A list row that says what it has, and has it. */
const news: Make = (random) => {
  const bits = someBits(random)
  const sum = [...bits].reduce((all, bit) => all + 2 ** bit, 0)
  return row(
    number(sum),
    ...[id, kindWord, roleWord, id].map((make) => make(random)),
    ...(bits.has(2) ? [text('Zoe')] : []),
    ...[late, late, uint, uint, uint, back, back, uint, digest, uint, uint].map((make) => make(random)),
    ...optionalParts.filter(([bit]) => bits.has(bit)).map(([, make]) => make(random)),
  )
}
const verdict = choice(
  parts(uint, uint),
  parts(uint, uint, page, uint, uint),
  parts(id, uint),
  parts(id, uint),
  parts(id, detail),
)
const commandVerdict = choice(
  parts(uint, uint, any),
  parts(uint, uint, any),
  parts(id, uint),
  parts(id, detail),
)
/** What travels deflated, as it is before. */
export const fetchedRows: Make = parts(page, uint, digest, uint, flag, rows)
const fetched = choice(
  fetchedRows,
  parts(uint, digest, blob),
  parts(id, name, id, uint, uint),
  parts(id, detail),
  parts(
    (random) => number(random.once(4) ? whole(random) : 41 + random.below(5000)),
    (random) => sized(raw(someBytes(random, 40))),
  ),
)
const found = choice(news, parts(id, id, name, id, uint, uint))
const answered = choice(parts(many(found), flag, flag), uint, parts(id, uint), parts(id, detail))
const version: Make = () => number(1)
const token: Make = (random) => text(random.pick(['Eve', 'Ada', 'expired', '', 'a.b.c', 'x'.repeat(300)]))
const device: Make = (random) => text(random.below(4).toString(16).padStart(32, '0'))
const person: Make = (random) => text(random.pick(users))
const people: Make = (random) => list(some(random, users, 5).map((user) => text(user)))

const kind = (value: number, ...makes: readonly Make[]): Make => parts(() => byte(value), ...makes)

const deviceKinds: readonly Make[] = [
  kind(1, version, token, device, id, uint, id, flag, flag),
  kind(2, id, page, many(blob)),
  kind(3, id, id, any),
  kind(4, uint, id, uint, uint),
  kind(5, uint, id, many(uint)),
  kind(6, uint, uint),
  kind(7, uint, people),
  kind(8, id, content),
  kind(9, uint, people, (random) => byte(random.below(3))),
  kind(10, id, uint, uint),
  kind(11, token),
  kind(12, uint, flag, any),
]

const relayKinds: readonly Make[] = [
  kind(65, version, person, id, uint, uint),
  kind(66, uint, uint, flag, flag, many(news, 2)),
  kind(67, id, rows),
  kind(68, uint, uint),
  kind(69, id, many(parts(page, uint, uint, verdict))),
  kind(70, id, id, commandVerdict),
  kind(71, uint, id, fetched),
  kind(72, uint, id, many(touched)),
  kind(73, uint, uint, uint),
  kind(74, id, (random) => byte(random.below(3)), uint, detail),
  kind(75, many(parts(id, id, any, uint))),
  kind(76, uint, many(parts(person, uint, any))),
  kind(77, id, person, uint, content),
  kind(78, uint, people),
  kind(79, person, flag),
  kind(80, id, marks),
  kind(81, uint),
  kind(82, uint, answered),
]

export const deviceFrame: Make = (random) => random.pick(deviceKinds)(random)
export const relayFrame: Make = (random) => random.pick(relayKinds)(random)

const zeros = (count: number): Part => raw(new Uint8Array(count))
const longList = (count: number, item: readonly number[]): Part =>
  row(number(count), raw(Array.from({ length: count }, () => item).flat()))

/** At limits that chance would not reach: a part of them stands just within, the rest one beyond. */
export const deviceEdges: readonly Part[] = [
  row(byte(1), number(2), zeros(9)),
  row(byte(1), number(1), zeros(16 * 1024)),
  row(byte(1), number(1), sized(zeros(8 * 1024 + 1)), zeros(70)),
  row(byte(6), zeros(256 * 1024)),
  row(byte(2), sized(raw([99])), number(1), longList(65, [0])),
  row(byte(3), text('c'), text('x'.repeat(65)), sized(byte(126))),
  row(byte(12), number(1), byte(0), sized(zeros(20 * 1024 + 1))),
  row(byte(3), text('c'), sized(zeros(193)), sized(byte(126))),
  row(byte(3), text('c'), text('i'), sized(row(byte(117), longList(32_768, [126])))),
  row(byte(3), text('c'), text('i'), sized(row(byte(117), longList(32_767, [126])))),
  row(byte(3), text('c'), text('i'), sized(zeros(192 * 1024 + 1))),
  row(byte(3), text('c'), text('i'), sized(raw([...Array.from({ length: 18 }, () => [117, 1]).flat(), 126]))),
  row(
    byte(3),
    text('c'),
    text('i'),
    sized(raw([...Array.from({ length: 18 }, () => [118, 1, 1, 97]).flat(), 126])),
  ),
  row(byte(3), text('c'), text('i'), sized(raw([118, 1, 9, ...Buffer.from('__proto__'), 126]))),
  row(byte(3), text('c'), text('i'), sized(raw([118, 2, 1, 97, 126, 1, 97, 126]))),
  row(byte(3), text('c'), text('i'), sized(raw([125, 0xff, 0xff, 0xff, 0xff, 0x1f]))),
]
/** A list row of sequence 1 and time 1 with a last message, and that one, at the head of a sync frame. */
const lastIs = (last: Part, bit = 3): Part => {
  const none = [0, 0, 0, 1, 1, 0, 0, 0, 0].map(byte)
  const start = [number(1), number(1), byte(0), byte(0), number(1)]
  return row(
    byte(66),
    ...start,
    number(2 ** bit),
    text('c'),
    byte(1),
    byte(1),
    text(''),
    number(1),
    number(1),
    ...none,
    last,
  )
}
export const relayEdges: readonly Part[] = [
  lastIs(raw([4, 1, 1])),
  lastIs(row(raw([2, 1, 1, 1]), sized(raw([1])), text('Tom'), text('m'), byte(0)), 14),
  lastIs(row(raw([0, 2, 1, 1]), sized(raw([1])))),
  lastIs(row(raw([6, 1, 1, 1, 9, 0]), sized(raw([1])))),
  row(byte(73), zeros(1024 * 1024)),
  row(byte(67), text('c'), longList(1001, [4, 0, 0])),
  row(byte(82), number(1), byte(0), longList(101, [1, 0, 0, 0, 0, 0, 0])),
  row(
    byte(67),
    text('c'),
    number(2),
    raw([4]),
    number(2 ** 53 - 2),
    number(0),
    raw([4]),
    number(0),
    number(0),
  ),
  row(byte(67), text('c'), list([raw([1, 0, 0, 1, 0, 0])])),
]
