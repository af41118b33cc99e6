import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeAppend } from '@parley/document'
import { encodeRelayFrame } from '@parley/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { benchFolder, makeFolder } from '../folders.ts'
import { contentOf, someConversation, userOf } from '../people.ts'
import { axes } from './axes.ts'
import { checkDelivery } from './delivered.ts'
import { copyOf, fixturesOf, type Recipe } from './fixture.ts'
import { growth, readGrowthWords, tinyRun } from './growth.ts'
import type { Member } from './member.ts'
import { historyOf, pairAt, pairs } from './recipes.ts'
import { createStrand, type Strand } from './strand.ts'
import { createSwitchboard, type Room } from './talk.ts'

const patience = 120_000
const quiet = { print: () => undefined }

let parent = ''
beforeAll(() => {
  parent = makeFolder('growth-tests')
})
afterAll(() => {
  rmSync(parent, { recursive: true, force: true })
})

/** Folders of this process but the one of these tests; another process may be measuring. */
function foldersLeft(): readonly string[] {
  const cache = join(benchFolder, '.cache')
  return readdirSync(cache).filter((name) => name.includes(`-${process.pid}-`) && !parent.endsWith(name))
}

describe.each(axes)('along $name', (axis) => {
  test(
    '[BE40] [BE5] every point gives every figure in a tiny size, and nothing is left behind',
    { timeout: patience },
    async () => {
      const run = await tinyRun(axis, { parent, ...quiet })
      expect(run.checked).toBeGreaterThan(0)
      for (const { of, name, value } of run.figures)
        expect(value, `${of}, ${name}`).toSatisfy(Number.isFinite)
      const points = new Set(run.figures.map(({ of }) => of))
      expect([...points]).toEqual(axis.tiny.sizes.map((size) => size.toLocaleString('en')))
      const names = new Set(run.figures.map(({ name }) => name))
      expect(run.figures).toHaveLength(points.size * names.size)
      expect(names.size).toBe(6)
      expect(foldersLeft()).toEqual([])
    },
  )
})

test('[BE40] the work of a point is fixed: as many messages everywhere, or about as many deliveries', () => {
  for (const axis of axes) {
    const works = axis.full.sizes.map((size) => {
      const [, main] = axis.setting(size, axis.full).talks
      if (main === undefined) throw new Error('a point has a talk')
      return axis.name === 'members' && size >= 50 ? main.messages * (size - 1) : main.messages
    })
    const told = axis.name === 'members' ? works.slice(2, 5) : works
    expect(Math.max(...told) / Math.min(...told)).toBeLessThan(1.1)
  }
})

test('[BE40] an axis or an option that there is not is answered with those that there are', async () => {
  const printed: string[] = []
  expect(await growth(['members', 'wishes'], (text) => printed.push(text))).toBe(2)
  expect(printed).toEqual([
    'Nothing grows along wishes. There are: conversations, members, history, devices.',
  ])
  for (const option of ['--runs=0', '--runs=', '--runs=many', '--runs', '--quick']) {
    expect(readGrowthWords([option])).toBe(`There is no ${option}. There is: --runs=<n>, from 1 to 999.`)
  }
  expect(readGrowthWords([])).toEqual({ axes, runs: 5 })
  expect(readGrowthWords(['history', '--runs=1'])).toMatchObject({ axes: [{ name: 'history' }], runs: 1 })
})

describe('what was delivered', () => {
  const conversation = someConversation()
  const update = (clock: number, text = clock): Uint8Array =>
    writeAppend({
      client: 7,
      clock,
      origin: clock === 0 ? null : { client: 7, clock: clock - 1 },
      content: contentOf(userOf('Ann'), text),
    })
  const sent = [update(0), update(1), update(2)]
  const rowsFrame = (
    updates: readonly (readonly [number, Uint8Array])[],
    id: string = conversation,
  ): Buffer =>
    Buffer.from(
      encodeRelayFrame({
        frame: 'rows',
        conversation: id,
        rows: updates.map(([seq, bytes]) => ({
          kind: 'entry',
          seq,
          time: 1,
          page: 1,
          update: bytes,
          erases: [],
        })),
      }),
    )
  const memberOf = (frames: readonly Buffer[]): Member => ({
    user: userOf('Bob'),
    epoch: '',
    cursor: 0,
    syncs: [],
    frames,
    rows: 0,
    behind: false,
    bytesDown: 0,
    send: () => undefined,
    command: async () => Promise.reject(new Error('no command')),
    fetch: async () => Promise.reject(new Error('no page')),
    forget: () => undefined,
    close: async () => undefined,
  })
  const check = (...frames: readonly (readonly Buffer[])[]): number => {
    const members = frames.map(memberOf)
    const [author] = members
    if (author === undefined) throw new Error('somebody writes')
    const accepted = new Map(sent.map((bytes, index) => [index + 2, bytes]))
    const strand: Strand = {
      ...createStrand(author, conversation, { page: 1, origin: null }),
      accepted,
    }
    const room: Room = { conversation, members, seq: 1 }
    return checkDelivery([strand], new Map([[conversation, room]]))
  }
  const [one, two, three] = sent
  if (one === undefined || two === undefined || three === undefined) throw new Error('three were sent')
  const whole = [
    rowsFrame([[2, one]]),
    rowsFrame([
      [3, two],
      [4, three],
    ]),
  ]

  test('[BE40] [BE2] is what was sent, however it was packed', () => {
    expect(check(whole, whole)).toBe(6)
    expect(
      check(whole, [
        rowsFrame([
          [2, one],
          [3, two],
          [4, three],
        ]),
      ]),
    ).toBe(6)
  })

  test('[BE40] [BE2] a row that is missing, another one, a stranger or twice there ends the run', () => {
    expect(() =>
      check(whole, [
        rowsFrame([
          [2, one],
          [3, two],
        ]),
      ]),
    ).toThrow('has 2 rows')
    expect(() => check(whole, [])).toThrow('has 0 rows')
    expect(() =>
      check(whole, [
        rowsFrame([
          [2, one],
          [3, two],
          [4, update(2, 9)],
        ]),
      ]),
    ).toThrow('is another one')
    expect(() => check(whole, [...whole, rowsFrame([[5, three]])])).toThrow('nobody sent it')
    expect(() => check(whole, [...whole, rowsFrame([[2, one]])])).toThrow('has 4 rows')
    expect(() => check(whole, [...whole, rowsFrame([[2, one]], someConversation())])).toThrow(
      'nobody wrote in',
    )
  })
})

test('[BE40] [BE2] what was not accepted ends the run, and what nobody asked', () => {
  const conversation = someConversation()
  const author: Pick<Member, 'user' | 'send' | 'frames'> = {
    user: userOf('Ann'),
    send: () => undefined,
    frames: [],
  }
  const strand = createStrand(author as Member, conversation, { page: 1, origin: null })
  strand.write()
  const verdict = { class: 'refused', code: 'muted', detail: '' } as const
  const answer = { page: 1, client: 1, clock: 0, verdict }
  expect(() => strand.take({ frame: 'answer', conversation, answers: [answer] })).toThrow('not asked')
  const board = createSwitchboard()
  expect(() => board.of(() => author as Member)({ frame: 'answer', conversation, answers: [] })).toThrow(
    'not asked',
  )
})

describe('a fixture', () => {
  const counted = (): { readonly recipe: Recipe; readonly steps: string[] } => {
    const steps: string[] = []
    const recipe: Recipe = {
      name: `pairs-${steps.length}`,
      async grow(engine, from, to, tell) {
        steps.push(`${from} to ${to}`)
        await pairs.grow(engine, from, to, tell)
      },
    }
    return { recipe, steps }
  }

  test('[BE41] is made once, the smaller ones on the way to the larger', { timeout: patience }, async () => {
    const own = makeFolder('growth-fixtures')
    try {
      const { recipe, steps } = counted()
      const made = await fixturesOf(recipe, [1, 3], { parent: own, ...quiet })
      expect(steps).toEqual(['0 to 1', '1 to 3'])
      expect(await fixturesOf(recipe, [1, 3], { parent: own, ...quiet })).toEqual(made)
      expect(steps).toHaveLength(2)
      expect(made[1]?.position).toBeGreaterThan(made[0]?.position ?? 0)
    } finally {
      rmSync(own, { recursive: true, force: true })
    }
  })

  test(
    '[BE41] that was not finished is made anew, and a run works on a copy',
    { timeout: patience },
    async () => {
      const own = makeFolder('growth-fixtures')
      try {
        const { recipe, steps } = counted()
        const [made] = await fixturesOf(recipe, [2], { parent: own, ...quiet })
        if (made === undefined) throw new Error('one was made')
        const copy = copyOf(made)
        rmSync(join(copy, 'data'), { recursive: true, force: true })
        expect(existsSync(made.data)).toBe(true)
        rmSync(copy, { recursive: true, force: true })
        rmSync(join(made.data, '..', 'fixture.json'))
        mkdirSync(join(made.data, 'half'), { recursive: true })
        writeFileSync(join(made.data, 'half', 'written'), '')
        const [again] = await fixturesOf(recipe, [2], { parent: own, ...quiet })
        expect(steps).toEqual(['0 to 2', '0 to 2'])
        expect(existsSync(join(again?.data ?? '', 'half'))).toBe(false)
      } finally {
        rmSync(own, { recursive: true, force: true })
      }
    },
  )

  test('[BE41] says where everything stands by numbers alone', () => {
    expect(new Set(Array.from({ length: 1000 }, (_, n) => pairAt(n).conversation)).size).toBe(1000)
    expect(pairAt(5).members).toEqual(pairAt(105).members)
    // A page has just been filled, and the next one opened by a row of its own.
    expect(historyOf(256)).toMatchObject({ tail: { page: 2, origin: null }, seq: 258 })
    expect(historyOf(257).tail.origin?.clock).toBe(0)
    expect(historyOf(255)).toMatchObject({ tail: { page: 1 }, seq: 256, total: 255 })
  })
})
