/** Along what cost could grow: the points of each curve, what is there at a point, and who talks then. */
import { fixturesOf, type Fixture, type FixtureOptions } from './fixture.ts'
import {
  history,
  historyOf,
  type Kept,
  pairAt,
  pairs,
  pairsOfPeople,
  room,
  roomOfMembers,
} from './recipes.ts'

export interface Axis {
  readonly name: AxisName
  /** What is counted along it. */
  readonly counted: string
  readonly about: string
  readonly full: Points
  readonly tiny: Points
  readonly fixtures: (sizes: readonly number[], options: FixtureOptions) => Promise<readonly Fixture[]>
  readonly setting: (size: number, points: Points) => Setting
}

export type AxisName = 'conversations' | 'members' | 'history' | 'devices'

export interface Points {
  readonly sizes: readonly number[]
  /** In all, over the talks of a point: work is fixed, not time. */
  readonly messages: number
  /** Of a talk in which one message waits for the one before. */
  readonly alone: number
}

export interface Setting {
  readonly conversations: readonly Kept[]
  readonly devicesPerUser: number
  /** In this order, on one relay; the first one warms it up and is not told. */
  readonly talks: readonly Talk[]
}

export interface Talk {
  readonly name: string
  readonly conversations: readonly Kept[]
  readonly messages: number
  readonly window: number
}

/** Of which a fixed number talk. */
const talking = 10
const window = 160
/** Of one author: as many as a turn takes of one user. */
const ownWindow = 64

const conversations: Axis = {
  name: 'conversations',
  counted: 'conversations there are',
  about:
    'Conversations of two that exist. Ten talk: always the same ten, 160 messages unanswered in all. In turn: as many as there are messages, evenly spread over all there are, one message each before the next round.',
  full: { sizes: [10, 100, 1000, 10_000, 100_000], messages: 20_000, alone: 0 },
  tiny: { sizes: [2, 4], messages: 40, alone: 0 },
  fixtures: async (sizes, options) => fixturesOf(pairs, sizes, options),
  setting(size, { messages }) {
    const all = spread(size, messages).map(pairAt)
    const ten = Array.from({ length: Math.min(size, talking) }, (_, n) => pairAt(n))
    return {
      conversations: [...ten, ...all.slice(0, pairsOfPeople)],
      devicesPerUser: 1,
      talks: [
        { name: 'warm-up', conversations: ten, messages: messages / 4, window },
        { name: 'ten talk', conversations: ten, messages, window },
        { name: 'in turn', conversations: all, messages, window },
      ],
    }
  },
}

/** So many of them at most, with as much between them everywhere; every pair of people is among the first hundred. */
function spread(size: number, most: number): readonly number[] {
  const count = Math.min(size, most)
  // A step that shares no factor with the number of pairs goes round all of them.
  return Array.from({ length: count }, (_, index) => {
    const n = Math.floor((index * size) / count)
    return n - (n % pairsOfPeople) + (index % pairsOfPeople)
  }).filter((n) => n < size)
}

const members: Axis = {
  name: 'members',
  counted: 'members in the conversation',
  about:
    'One conversation, all its members in session, one author. Together: 64 messages unanswered. Alone: each message waits for the one before.',
  full: { sizes: [2, 10, 50, 200, 1000, 5000], messages: 200_000, alone: 40_000 },
  tiny: { sizes: [2, 5], messages: 40, alone: 10 },
  fixtures: async (sizes, options) => fixturesOf(room, sizes, options),
  setting(size, { sizes, messages, alone }) {
    const kept = [roomOfMembers(size, sizes)]
    // Deliveries are the fixed work here, within reason.
    const within = (deliveries: number, least: number, most: number): number =>
      Math.max(Math.min(least, deliveries), Math.min(most, Math.round(deliveries / (size - 1))))
    return {
      conversations: kept,
      devicesPerUser: 1,
      talks: [
        { name: 'warm-up', conversations: kept, messages: within(messages, 64, 5000), window: ownWindow },
        { name: 'together', conversations: kept, messages: within(messages, 128, 20_000), window: ownWindow },
        { name: 'alone', conversations: kept, messages: within(alone, 24, 1000), window: 1 },
      ],
    }
  },
}

const historyAxis: Axis = {
  name: 'history',
  counted: 'messages in the conversation',
  about:
    'One conversation of two with so many messages, on pages of 256. Together: 64 unanswered. Alone: each message waits for the one before.',
  full: { sizes: [1000, 10_000, 100_000, 1_000_000], messages: 10_000, alone: 1000 },
  tiny: { sizes: [250, 600], messages: 40, alone: 5 },
  fixtures: async (sizes, options) => fixturesOf(history, sizes, options),
  setting(size, { messages, alone }) {
    const kept = [historyOf(size)]
    return {
      conversations: kept,
      devicesPerUser: 1,
      talks: [
        { name: 'warm-up', conversations: kept, messages: messages / 2, window: ownWindow },
        { name: 'together', conversations: kept, messages, window: ownWindow },
        { name: 'alone', conversations: kept, messages: alone, window: 1 },
      ],
    }
  },
}

const devices: Axis = {
  name: 'devices',
  counted: 'devices of each user',
  about:
    'Ten conversations of two, every user with so many devices in session. A message reaches all of them but the one that sent it. 160 unanswered in all; alone: one.',
  full: { sizes: [1, 2, 5, 10], messages: 10_000, alone: 1000 },
  tiny: { sizes: [1, 3], messages: 40, alone: 5 },
  fixtures: async (sizes, options) => {
    const [fixture] = await fixturesOf(pairs, [talking], options)
    if (fixture === undefined) throw new Error('a fixture was made')
    return sizes.map(() => fixture)
  },
  setting(size, { messages, alone }) {
    const ten = Array.from({ length: talking }, (_, n) => pairAt(n))
    return {
      conversations: ten,
      devicesPerUser: size,
      talks: [
        { name: 'warm-up', conversations: ten, messages: messages / 2, window },
        { name: 'together', conversations: ten, messages, window },
        { name: 'alone', conversations: ten, messages: alone, window: 1 },
      ],
    }
  },
}

export const axes: readonly Axis[] = [conversations, members, historyAxis, devices]
