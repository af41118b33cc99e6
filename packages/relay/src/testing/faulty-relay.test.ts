import { mergeHeadUpdates, readHeadState } from '@parley/document'
import { expect, test } from 'vitest'
import { createMemoryDisk, createMemoryRelayStore, type MemoryDisk } from '../memory-store.ts'
import type { Relay, RelayOptions } from '../ports.ts'
import type { RelayStore } from '../store.ts'
import { createFaultyRelay, type RelayFault } from './faulty-relay.ts'
import { createPen, testEntryId } from './pen.ts'
import { wrapStore } from './store-wrapper.ts'
import { createTestDevice, settle, testConversationId, type TestDevice } from './test-device.ts'
import { commanded, creation, pushed } from './test-lunch.ts'

const conversation = testConversationId(1)

function faulty(
  fault: RelayFault,
  disk: MemoryDisk,
  store: RelayStore = createMemoryRelayStore(disk),
): Relay {
  const options: RelayOptions = {
    store,
    clock: { now: () => 1_700_000_000_000 },
    random: (count) => new Uint8Array(count),
    logger: { error: () => undefined, info: () => undefined, debug: () => undefined },
    authenticate: async () => ({ ok: false, code: 'bad-token', detail: '' }),
    limits: { maxPageEntries: 5 },
  }
  return createFaultyRelay(fault, { ...options, disk })
}

async function lunchOn(relay: Relay): Promise<{ readonly tom: TestDevice; readonly mary: TestDevice }> {
  const [tom, mary] = [createTestDevice(relay, { user: 'Tom' }), createTestDevice(relay, { user: 'Mary' })]
  await settle()
  await commanded(tom, conversation, creation('Mary'))
  await mary.take('rows')
  return { tom, mary }
}

/** Commits wait until they are let go. */
function gated(disk: MemoryDisk): { readonly store: RelayStore; hold: boolean; release(): void } {
  const waiting: (() => void)[] = []
  const inner = createMemoryRelayStore(disk)
  const gate = {
    hold: false,
    release: () => waiting.shift()?.(),
    store: wrapStore(inner, {
      async commit(commit) {
        if (gate.hold) {
          await new Promise<void>((resolve) => {
            waiting.push(resolve)
          })
        }
        await inner.commit(commit)
      },
    }),
  }
  return gate
}

test('[RE74] answer-before-disk: the author hears of what is not on the disk, the others do not', async () => {
  const disk = createMemoryDisk('epoch-1')
  const gate = gated(disk)
  const { tom, mary } = await lunchOn(faulty('answer-before-disk', disk, gate.store))
  gate.hold = true
  const { update } = createPen({ user: tom.user, client: 7 }).text('hello')
  expect(await pushed(tom, conversation, 1, update)).toMatchObject([{ class: 'accepted', seq: 2 }])
  expect(disk.conversations.get(conversation)?.rows).toHaveLength(1)
  expect(await mary.take('rows')).toEqual([])
  gate.release()
  expect(await mary.take('rows')).toHaveLength(1)
  expect(disk.conversations.get(conversation)?.rows).toHaveLength(2)
})

test('[RE74] fan-out-before-disk: the others see what is not on the disk, the author hears nothing', async () => {
  const disk = createMemoryDisk('epoch-1')
  const gate = gated(disk)
  const { tom, mary } = await lunchOn(faulty('fan-out-before-disk', disk, gate.store))
  gate.hold = true
  const { update } = createPen({ user: tom.user, client: 7 }).text('hello')
  expect(await pushed(tom, conversation, 1, update)).toEqual([])
  expect(await mary.take('rows')).toMatchObject([{ rows: [{ seq: 2 }] }])
  expect(disk.conversations.get(conversation)?.rows).toHaveLength(1)
  gate.release()
  expect(await tom.take('answer')).toHaveLength(1)
})

test('[RE74] no-fsync: the next relay lacks what the last had answered, unless that was closed', async () => {
  const disk = createMemoryDisk('epoch-1')
  const { tom } = await lunchOn(faulty('no-fsync', disk))
  const pen = createPen({ user: tom.user, client: 7 })
  const verdicts = await pushed(tom, conversation, 1, pen.text('1').update)
  expect(verdicts).toMatchObject([{ class: 'accepted', seq: 2 }])
  expect(disk.position).toBe(2)
  faulty('no-fsync', disk)
  expect(disk.position).toBe(0)
  expect(disk.conversations.size).toBe(0)
  expect(disk.commands.size).toBe(0)
  await lunchOn(faulty('no-fsync', disk))
  expect(disk.position).toBe(1)
})

test('[RE74] kick-checked-once: who wrote once goes on after his removal', async () => {
  const disk = createMemoryDisk('epoch-1')
  const { tom, mary } = await lunchOn(faulty('kick-checked-once', disk))
  const pen = createPen({ user: mary.user, client: 7 })
  await pushed(mary, conversation, 1, pen.text('before').update)
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  expect(await pushed(mary, conversation, 1, pen.text('after').update)).toMatchObject([{ class: 'accepted' }])
})

test('[RE74] gap-accepted: an entry is taken without the one before it', async () => {
  const disk = createMemoryDisk('epoch-1')
  const { tom } = await lunchOn(faulty('gap-accepted', disk))
  const pen = createPen({ user: tom.user, client: 7, clock: 1 })
  expect(await pushed(tom, conversation, 1, pen.text('second').update)).toMatchObject([{ class: 'accepted' }])
  const first = createPen({ user: tom.user, client: 7, origin: { client: 7, clock: 1 } })
  first.clock = 2
  expect(await pushed(tom, conversation, 1, first.text('third').update)).toMatchObject([
    { class: 'accepted' },
  ])
})

test('[RE74] page-before-clock: what is known is sent to the next page', async () => {
  const disk = createMemoryDisk('epoch-1')
  const { tom } = await lunchOn(faulty('page-before-clock', disk))
  const pen = createPen({ user: tom.user, client: 7 })
  const updates = Array.from({ length: 5 }, () => pen.text('x').update)
  await pushed(tom, conversation, 1, ...updates)
  expect(await pushed(tom, conversation, 1, ...updates.slice(0, 1))).toEqual([
    { class: 'rewrite', code: 'page-closed', page: 2 },
  ])
})

test('[RE74] commands-forgotten: a command sent again is carried out again', async () => {
  const disk = createMemoryDisk('epoch-1')
  const { tom } = await lunchOn(faulty('commands-forgotten', disk))
  const id = testEntryId()
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] }, id)
  await commanded(tom, conversation, { op: 'remove', members: ['Ada'] })
  expect(await commanded(tom, conversation, { op: 'add', members: ['Ada'] }, id)).toMatchObject({
    class: 'accepted',
    seq: 4,
  })
})

test('[RE74] stale-head-clock: the rows of a head do not add up to it', async () => {
  const disk = createMemoryDisk('epoch-1')
  const { tom } = await lunchOn(faulty('stale-head-clock', disk))
  for (const user of ['Ada', 'Eve', 'Bob']) await commanded(tom, conversation, { op: 'add', members: [user] })
  const held = disk.conversations.get(conversation)
  const updates = held?.rows.map(({ update }) => update) ?? []
  const told = readHeadState(mergeHeadUpdates(updates))
  const kept = readHeadState(held?.head.state ?? new Uint8Array())
  expect(kept?.members.size).toBe(5)
  expect(told?.members.size).not.toBe(5)
})

test('[RE74] compaction-drops-tail: after a restart a page lacks its last row', async () => {
  const disk = createMemoryDisk('epoch-1')
  const { tom } = await lunchOn(faulty('compaction-drops-tail', disk))
  const pen = createPen({ user: tom.user, client: 7 })
  await pushed(tom, conversation, 1, pen.text('1').update, pen.text('2').update)
  const fetched = async (device: TestDevice): Promise<unknown> => {
    device.send({ frame: 'fetch', request: 1, conversation, page: 1, after: 0 })
    const [answer] = await device.take('fetch-answer')
    return answer?.fetched.result === 'rows' ? answer.fetched.rows.map(({ seq }) => seq) : undefined
  }
  expect(await fetched(tom)).toEqual([2, 3])
  expect(await fetched(createTestDevice(faulty('compaction-drops-tail', disk), { user: 'Tom' }))).toEqual([2])
})

test('[RE74] mutes-ignored: who may not speak is heard', async () => {
  const { tom, mary } = await lunchOn(faulty('mutes-ignored', createMemoryDisk('epoch-1')))
  await commanded(tom, conversation, { op: 'mute', members: ['Mary'], forMs: null })
  const pen = createPen({ user: mary.user, client: 7 })
  expect(await pushed(mary, conversation, 1, pen.text('psst').update)).toMatchObject([{ class: 'accepted' }])
})

test('[RE74] edits-pile-up: two edits stand on one message', async () => {
  const disk = createMemoryDisk('epoch-1')
  const { tom } = await lunchOn(faulty('edits-pile-up', disk))
  const pen = createPen({ user: tom.user, client: 7 })
  const first = pen.text('1')
  await pushed(tom, conversation, 1, first.update)
  for (const words of ['2', '3']) await pushed(tom, conversation, 1, pen.edit(first.id, words).update)
  const rows = disk.conversations.get(conversation)?.rows ?? []
  expect(rows.filter(({ operation, kind }) => operation === 'edit' && kind === 'entry')).toHaveLength(2)
})

test('[RE74] past-shown: who came later is served what is hidden from him', async () => {
  const disk = createMemoryDisk('epoch-1')
  const relay = faulty('past-shown', disk)
  const { tom } = await lunchOn(relay)
  await commanded(tom, conversation, { op: 'update', policy: { past: 'hidden' } })
  const pen = createPen({ user: tom.user, client: 7 })
  await pushed(tom, conversation, 1, pen.text('between us').update)
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  const ada = createTestDevice(relay, { user: 'Ada' })
  const [sync] = await ada.take('sync')
  expect(sync?.news[0]?.last?.page).toBe(1)
})
