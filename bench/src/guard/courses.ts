/** The hot paths that the guard looks at, and how a stretch of each is made against a relay that runs. */
import type { Driven } from './driven.ts'
import { openCatchUps } from './catch-ups.ts'
import { openTalks, type TalkShape } from './talks.ts'
import type { RelayProcess } from '../relay-process.ts'

export interface Course {
  readonly name: string
  /** What is counted. */
  readonly unit: 'message' | 'catch-up'
  readonly open: (relay: RelayProcess, size: CourseSize) => Promise<Driven>
}

/** `tiny` is for tests: everything happens, nothing of it means anything. */
export type CourseSize = 'full' | 'tiny'

interface TalkCourse {
  readonly name: string
  readonly full: TalkShape
  readonly tiny: TalkShape
}

const talks: readonly TalkCourse[] = [
  {
    name: 'pairs',
    full: { conversations: 100, members: 2, authors: 1, window: 1600, messages: 6000 },
    tiny: { conversations: 3, members: 2, authors: 1, window: 8, messages: 30 },
  },
  {
    name: 'threes',
    full: { conversations: 1000, members: 3, authors: 1, window: 2000, messages: 6000 },
    tiny: { conversations: 4, members: 3, authors: 1, window: 8, messages: 30 },
  },
  {
    name: 'room',
    full: { conversations: 1, members: 200, authors: 20, window: 80, messages: 600 },
    tiny: { conversations: 1, members: 4, authors: 3, window: 8, messages: 300 },
  },
  {
    name: 'lone',
    full: { conversations: 1, members: 2, authors: 1, window: 1, messages: 500 },
    tiny: { conversations: 1, members: 2, authors: 1, window: 1, messages: 5 },
  },
]

export const courses: readonly Course[] = [
  ...talks.map(({ name, full, tiny }): Course => ({
    name,
    unit: 'message',
    open: async (relay, size) => openTalks(relay, size === 'full' ? full : tiny),
  })),
  {
    name: 'catch-up',
    unit: 'catch-up',
    open: async (relay, size) =>
      openCatchUps(
        relay,
        size === 'full'
          ? { conversations: 1000, moved: 200, messages: 10, times: 10 }
          : { conversations: 5, moved: 2, messages: 3, times: 2 },
      ),
  },
]

export function courseNamed(name: string): Course {
  const course = courses.find((one) => one.name === name)
  if (course === undefined) throw new Error(`there is no ${name}`)
  return course
}
