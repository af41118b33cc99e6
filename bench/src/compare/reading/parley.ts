/** Parley in the scenarios of reading. Each run: a relay that has just started and has served somebody, a fresh device. */
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../folders.ts'
import { type Fixture, fixtureOf, type Wanted, withRelay } from './fixture.ts'
import type { Shelf } from './library.ts'
import type { Reading } from './meter.ts'
import { type Asked, runProgram } from './program.ts'

export type Size = 'full' | 'tiny'

export interface Sizes {
  readonly away: Wanted
  readonly long: Wanted
  readonly messages: readonly [long: number, short: number]
}

const fullShelf: Shelf = { conversations: 1000, messages: 200, moved: 200, news: 10 }
const tinyShelf: Shelf = { conversations: 6, messages: 12, moved: 3, news: 2 }

/** Conversations 0 and 1; so many others have been written in since that they are not read ahead in idle time. */
const long =
  (messages: readonly [number, number], others: number) =>
  (conversation: number): number =>
    messages[conversation] ?? others

export const sizes: Readonly<Record<Size, Sizes>> = {
  full: {
    away: { name: 'away', shelf: fullShelf, held: true },
    long: {
      name: 'long',
      shelf: { conversations: 62, messages: 3, moved: 0, news: 0 },
      messagesOf: long([100_000, 1000], 3),
      held: false,
    },
    messages: [100_000, 1000],
  },
  tiny: {
    away: { name: 'away-tiny', shelf: tinyShelf, held: true },
    long: {
      name: 'long-tiny',
      shelf: { conversations: 54, messages: 1, moved: 0, news: 0 },
      messagesOf: long([600, 100], 1),
      held: false,
    },
    messages: [600, 100],
  },
}

/**
 * A device that keeps what it has in SQLite: an app that was out of sight and has its data at hand (`waiting`), or one that is
 * opened (`opened`). `parent`: where fixtures are kept.
 */
export async function catchUp(size: Size, how: 'waiting' | 'opened', parent?: string): Promise<Reading> {
  const fixture = await fixtureOf(sizes[size].away, parent)
  const folder = makeFolder('device')
  try {
    const store = join(folder, 'device.sqlite')
    copyFileSync(fixture.device, store)
    return await read(fixture, { job: 'catch-up', store, opens: how === 'opened' })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function coldStart(size: Size, store: 'memory' | 'sqlite', parent?: string): Promise<Reading> {
  const fixture = await fixtureOf(sizes[size].away, parent)
  const folder = makeFolder('device')
  try {
    const file = store === 'sqlite' ? { store: join(folder, 'device.sqlite') } : {}
    return await read(fixture, { job: 'cold-start', ...file })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The newest 50 of a conversation of 100,000 (0) or of 1,000 (1). */
export async function firstScreen(size: Size, conversation: 0 | 1, parent?: string): Promise<Reading> {
  const fixture = await fixtureOf(sizes[size].long, parent)
  return read(fixture, { job: 'first-screen', conversation, messages: sizes[size].messages[conversation] })
}

/** All of it, back to the beginning. */
export async function whole(size: Size, conversation: 0 | 1, parent?: string): Promise<Reading> {
  const fixture = await fixtureOf(sizes[size].long, parent)
  return read(fixture, { job: 'whole', conversation, messages: sizes[size].messages[conversation] })
}

async function read(
  { folder, shelf }: Fixture,
  asked: Omit<Asked, 'relay' | 'folder' | 'shelf'>,
): Promise<Reading> {
  const reading = await withRelay(folder, async (relay) => {
    // Whoever comes first warms it up, as peers have their documents loaded.
    await runProgram({ job: 'cold-start', relay, folder, shelf })
    return runProgram({ ...asked, relay, folder, shelf })
  })
  if (reading.complete !== reading.expected)
    throw new Error(`${asked.job}: ${reading.complete} of ${reading.expected} were as they were written`)
  return reading
}
