import { parseConversationId, parseUserId } from '@parley/document'
import type { RelayCommit } from '@parley/relay'
import { expect, test } from 'vitest'
import { createCounters } from './counters.ts'
import { createPower, type Power } from './power.ts'
import { createRandom } from './random.ts'
import { createRelayDisk, type RelayDisk } from './relay-disk.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'
import { createTrace } from './trace.ts'

const conversation = parseConversationId('rConversation')
const tom = parseUserId('Tom')

function createBench(
  seed: string,
  fsync = true,
): { readonly disk: RelayDisk; readonly scheduler: Scheduler } {
  const random = createRandom(seed)
  const scheduler = createScheduler(random.fork('time'))
  const trace = createTrace(scheduler.now, false)
  const disk = createRelayDisk({
    scheduler,
    random,
    trace,
    counters: createCounters(),
    epoch: 'one',
    latencyMs: 10,
    fsync,
  })
  return { disk, scheduler }
}

/** A transaction that says nothing but its number. */
function commitOf(position: number): RelayCommit {
  if (conversation === undefined || tom === undefined) throw new Error('the ids are ids')
  const nothing = {
    conversations: [],
    members: [],
    pages: [],
    rows: [],
    rewrites: [],
    writers: [],
    messages: [],
    mentions: [],
    people: [],
    tags: [],
    marks: [],
    usage: [],
    heads: [],
  }
  return { ...nothing, position, commands: [] }
}

async function owner(
  disk: RelayDisk,
): Promise<{ readonly power: Power; readonly commit: (position: number) => Promise<void> }> {
  const power = createPower()
  const store = await disk.open(power)
  return { power, commit: (position) => store.commit(commitOf(position)) }
}

test('[WO15] what landed is there after a crash though nobody heard of it; what did not land is not', async () => {
  for (const [moment, size] of [
    ['before', 1],
    ['after', 2],
  ] as const) {
    const { disk, scheduler } = createBench(moment)
    const { power, commit } = await owner(disk)
    commit(1).catch(() => undefined)
    await scheduler.runTo(100)
    disk.dieAtNextCommit(moment)
    let answered = false
    commit(2).then(
      () => {
        answered = true
      },
      () => undefined,
    )
    await scheduler.runTo(200)
    expect([power.state(), answered, disk.size(), disk.log().position]).toEqual(['off', false, size, size])
    expect((await disk.open(createPower())).position).toBe(size)
  }
})

test('[WO15] a commit is answered after it has landed, and reads see it then', async () => {
  const { disk, scheduler } = createBench('order')
  const power = createPower()
  const store = await disk.open(power)
  let landedFirst = false
  disk.onCommit(() => {
    landedFirst = store.position === 0
  })
  let answered = false
  store.commit(commitOf(1)).then(
    () => {
      answered = disk.size() === 1 && store.position === 1
    },
    () => undefined,
  )
  await scheduler.runTo(100)
  expect([landedFirst, answered]).toEqual([true, true])
})

test('[WO15] a full disk refuses and changes nothing, and has room again', async () => {
  const { disk, scheduler } = createBench('full')
  const { commit } = await owner(disk)
  disk.setFull(true)
  const refused = commit(1).catch((error: unknown) => error)
  await scheduler.runTo(100)
  expect(await refused).toMatchObject({ kind: 'full' })
  expect(disk.size()).toBe(0)
  disk.setFull(false)
  const taken = commit(1)
  await scheduler.runTo(200)
  await taken
  expect(disk.size()).toBe(1)
})

test('[WO16] an older copy comes back as the life of another log', async () => {
  const { disk, scheduler } = createBench('restore')
  const { power, commit } = await owner(disk)
  for (const position of [1, 2, 3]) {
    commit(position).catch(() => undefined)
    await scheduler.runTo(scheduler.now() + 100)
  }
  power.off()
  disk.restore(2, 'two')
  const store = await disk.open(createPower())
  expect([store.epoch, store.position, disk.epoch(), disk.log().position]).toEqual(['two', 2, 'two', 2])
})

test('[WO40] without fsync a crash loses what was answered', async () => {
  const { disk, scheduler } = createBench('cache', false)
  const { power, commit } = await owner(disk)
  const done = commit(1)
  await scheduler.runTo(40)
  await done
  power.off()
  expect(disk.size()).toBe(0)
})
