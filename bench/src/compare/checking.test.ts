import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Contender, Room, Seen } from './contender.ts'
import { contenders } from './contenders.ts'
import { createEye, createWriter, numbersIn } from './message.ts'
import { createFrameReader } from './raw-socket.ts'
import { runAll } from './run-all.ts'
import type { CompareScenario } from './scenario.ts'
import { liveScenario } from './scenarios/live.ts'
import { createTally, firstFilled } from './tally.ts'

const patience = 120_000
const setting = { node: process.execPath, tell: () => undefined }

function seen(...numbers: readonly number[]): Seen {
  return { numbers, sum: numbers.reduce((sum, number) => sum + number, 0) }
}

describe('numbers of messages', () => {
  test('[BE17] are found in whatever stands around them, in their order and as often as they are there', () => {
    const write = createWriter('anna')
    const number = fc.nat({ max: 999_999_999 })
    const noise = fc.uint8Array({ maxLength: 40 })
    fc.assert(
      fc.property(fc.array(fc.tuple(noise, number)), noise, (parts, rest) => {
        const bytes = Buffer.concat([...parts.flatMap(([before, n]) => [before, write(n)]), rest])
        const numbers = parts.map(([, n]) => n)
        expect(numbersIn(bytes)).toEqual(seen(...numbers))
      }),
    )
  })

  test('[BE17] a message is never like another one, but for the same number of the same writer', () => {
    const write = createWriter('anna')
    const written = new Set(Array.from({ length: 10_000 }, () => Buffer.from(write(7)).toString('base64')))
    expect(written.size).toBe(10_000)
    for (const wrong of [-1, 1.5, 1_000_000_000, Number.NaN])
      expect(() => write(wrong)).toThrow('is no number')
  })

  test('[BE17] a frame that is like the last one is told like that one, and one that is not is read', () => {
    const eye = createEye()
    const [a, b] = [createWriter('anna')(1), createWriter('anna')(2)].map((bytes) => Buffer.from(bytes))
    if (a === undefined || b === undefined) throw new Error('two were written')
    expect(eye(a).numbers).toEqual([1])
    expect(eye(Buffer.from(a)).numbers).toEqual([1])
    expect(eye(b).numbers).toEqual([2])
    // The view it was given is somebody else's by now.
    b.fill(0)
    expect(eye(Buffer.from(a)).numbers).toEqual([1])
    expect(eye(Buffer.alloc(0)).numbers).toEqual([])
  })
})

describe('a tally', () => {
  test.each([
    ['what is missing', seen(1), 'member 1 of room was delivered 1 messages of 2'],
    ['what came twice', seen(1, 2, 2), 'delivered 3 messages of 2'],
    ['another message', seen(1, 3), 'other messages than were sent'],
    ['nothing', seen(), 'delivered 0 messages of 2'],
  ])('[BE17] finds %s', (_what, delivered, says) => {
    for (const echoes of [true, false]) {
      const tally = createTally('room', 2, { echoes })
      for (const number of [1, 2]) tally.sent(0, number)
      if (echoes) tally.delivered(0, seen(1, 2))
      tally.delivered(1, delivered)
      expect(() => tally.check()).toThrow(says)
    }
  })

  test('[BE17] is content when everybody has everything, in any order and in any pieces', () => {
    const order = fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 })
    fc.assert(
      fc.property(order, fc.boolean(), (numbers, echoes) => {
        const tally = createTally('room', 3, { echoes })
        for (const number of numbers) tally.sent(number % 3, number)
        for (const place of [0, 1, 2]) {
          const his = numbers.filter((number) => echoes || number % 3 !== place)
          tally.delivered(place, seen(...his.slice(0, 2)))
          expect(tally.complete()).toBe(false)
          tally.delivered(place, seen(...his.slice(2)))
          tally.delivered(place, seen(firstFilled + 1))
        }
        expect(tally.complete()).toBe(true)
        expect(tally.deliveries()).toBe(12)
        expect(tally.check()).toBe(12)
      }),
    )
  })
})

/** The same, but for what one member hears. */
function hearing(
  contender: Contender,
  change: (seen: Seen) => readonly Seen[],
): Contender & { readonly name: 'bare-ws' } {
  return {
    ...contender,
    name: 'bare-ws',
    open: async (server, options): Promise<Room> =>
      contender.open(server, {
        ...options,
        hear: {
          ...options.hear,
          delivered(place, what) {
            for (const one of place === 1 ? change(what) : [what]) options.hear?.delivered?.(place, one)
          },
        },
      }),
  }
}

describe('a run', () => {
  const scenario = liveScenario('pairs', 'y-websocket')

  test('[BE17] of a server that sends a message twice gives no figures', { timeout: patience }, async () => {
    const doubling = hearing(contenders['bare-ws'], (what) => [what, what])
    await expect(scenario.run(doubling, 'tiny', setting)).rejects.toThrow(/was delivered \d+ messages of \d+/)
  })

  test('[BE17] of a server that sends another message gives no figures', { timeout: patience }, async () => {
    const changing = hearing(contenders['bare-ws'], ({ numbers, sum }) => [{ numbers, sum: sum + 1 }])
    await expect(scenario.run(changing, 'tiny', setting)).rejects.toThrow('other messages than were sent')
  })
})

describe('a series', () => {
  const ran: string[] = []
  const made = (fails: (name: string, run: number) => boolean): CompareScenario => {
    const counts = new Map<string, number>()
    return {
      name: 'made-up',
      about: '',
      contenders: [],
      quick: [],
      async run({ name }) {
        const run = (counts.get(name) ?? 0) + 1
        counts.set(name, run)
        ran.push(`${name} ${run}`)
        if (fails(name, run)) throw new Error(`${name} lost a message`)
        return Promise.resolve({ figures: [{ of: 'a', name: 'b', unit: '', value: run }], checked: 1 })
      },
    }
  }
  const all = [contenders.parley, contenders.hocuspocus, contenders['bare-ws']]
  const plan = (scenario: CompareScenario) =>
    ({ scenario, contenders: all, size: 'full', runs: 3, setting }) as const

  test('[BE16] runs everybody once before anybody twice, and nobody always first', async () => {
    ran.length = 0
    const series = await runAll(plan(made(() => false)))
    expect(ran).toEqual([
      'parley 1',
      'hocuspocus 1',
      'bare-ws 1',
      'bare-ws 2',
      'hocuspocus 2',
      'parley 2',
      'parley 3',
      'hocuspocus 3',
      'bare-ws 3',
    ])
    expect(series.map(({ runs, failed }) => [runs.length, failed])).toEqual([
      [3, []],
      [3, []],
      [3, []],
    ])
  })

  test('[BE16] a run of a peer that fails is told and left out', async () => {
    const series = await runAll(plan(made((name, run) => name === 'hocuspocus' && run === 2)))
    expect(series[1]?.failed).toEqual(['hocuspocus lost a message'])
    expect(series[1]?.runs.map(({ figures }) => figures[0]?.value)).toEqual([1, 3])
  })

  test('[BE16] a run of ours that fails ends it', async () => {
    ran.length = 0
    const series = runAll(plan(made((name, run) => name === 'parley' && run === 2)))
    await expect(series).rejects.toThrow('parley lost a message')
    expect(ran.at(-1)).toBe('parley 2')
  })
})

describe('frames of the little client', () => {
  test('[BE15] are what the server sent, however the network cuts them', () => {
    const payloads = [0, 1, 125, 126, 65_535, 65_536, 3].map((length, n) => Buffer.alloc(length, n + 1))
    const stream = Buffer.concat(payloads.flatMap((payload) => [headOf(payload.length), payload]))
    fc.assert(
      fc.property(fc.array(fc.nat({ max: stream.length }), { maxLength: 12 }), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length]
        const got: Buffer[] = []
        const read = createFrameReader((opcode, payload) => {
          expect(opcode).toBe(2)
          got.push(Buffer.from(payload))
        })
        for (const [index, from] of places.entries()) {
          const to = places[index + 1]
          if (to !== undefined && to > from) read(stream.subarray(from, to))
        }
        expect(got.length).toBe(payloads.length)
        expect(got.every((payload, n) => payload.equals(payloads[n] ?? Buffer.alloc(1)))).toBe(true)
      }),
      { numRuns: 40 },
    )
    const cut = createFrameReader(() => undefined)
    expect(() => cut(Buffer.from([0x02, 0x00]))).toThrow('a frame in pieces')
  })
})

function headOf(length: number): Buffer {
  if (length < 126) return Buffer.from([0x82, length])
  const head = Buffer.alloc(length < 65_536 ? 4 : 10)
  head[0] = 0x82
  head[1] = length < 65_536 ? 126 : 127
  if (length < 65_536) head.writeUInt16BE(length, 2)
  else head.writeBigUInt64BE(BigInt(length), 2)
  return head
}
