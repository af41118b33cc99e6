import * as fc from 'fast-check'
import * as Y from 'yjs'
import { expect, test } from 'vitest'
import { StoreError } from '../store.ts'
import { createPen } from '../testing/pen.ts'
import { settle } from '../testing/test-device.ts'
import { maxAppendsInFlight, maxWritesPerWindow } from './y-limits.ts'
import { createBench, entryOf, served, storedDoc, type Tool } from './y-tool.test-kit.ts'

const texts = (doc: Y.Doc): readonly string[] =>
  (doc.getArray('entries').toArray() as readonly { text?: string; op?: string }[]).map(
    ({ text, op }) => text ?? op ?? '',
  )

test('[RE210] each element is an append of its own, in the order of causes', async () => {
  const bench = await createBench()
  const mary = await bench.open('Mary')
  mary.push(entryOf('Mary', 'one'))
  mary.doc.transact(() => {
    mary.push(entryOf('Mary', 'two'))
    mary.push(entryOf('Mary', 'three'), entryOf('Mary', 'four'))
  })
  expect(await bench.heard()).toEqual(['one', 'two', 'three', 'four'])
  expect(mary.refused()).toBeUndefined()
})

test('[RE210] all tools of a user write under one device, side by side, and go on after a reload', async () => {
  const bench = await createBench()
  const [one, two] = [await bench.open('Mary'), await bench.open('Mary')]
  one.push(entryOf('Mary', 'of one'))
  await settle()
  two.push(entryOf('Mary', 'of two'))
  await settle()
  const { clientID } = one.doc
  one.leave()
  const again = await bench.open('Mary')
  again.doc.clientID = clientID
  again.push(entryOf('Mary', 'and on'))
  expect(await bench.heard()).toEqual(['of one', 'of two', 'and on'])
  expect([two.refused(), again.refused()]).toEqual([undefined, undefined])
})

test("[RE210] a client id of another user's, or of a device of his own, is taken", async () => {
  const bench = await createBench()
  const pen = createPen({ user: bench.tom.user, client: 7 })
  bench.tom.push(bench.conversation, 1, [pen.text('of the device').update])
  await settle()
  for (const user of ['Mary', 'Tom']) {
    const tool = await bench.open(user)
    tool.doc.clientID = 7
    tool.push(entryOf(user, 'under a false id'))
    await settle()
    expect(tool.refused()).toBe('client-id-taken')
  }
  expect(await bench.heard()).toEqual(['of the device'])
})

test('[RE212] what was written without a network arrives once, in its order', async () => {
  const bench = await createBench()
  const doc = storedDoc()
  doc.getArray('entries').push([entryOf('Mary', 'one'), entryOf('Mary', 'two')])
  const first = await bench.open('Mary', { doc })
  first.leave()
  doc.getArray('entries').push([entryOf('Mary', 'three')])
  const second = await bench.open('Mary', { doc })
  expect(await bench.heard()).toEqual(['one', 'two', 'three'])
  expect([first.asked(), second.asked()]).toEqual([1, 1])
})

test('[RE212] a change made before the question is answered comes with the answer, and once', async () => {
  const bench = await createBench()
  const doc = storedDoc()
  doc.getArray('entries').push([entryOf('Mary', 'before')])
  const mary = await bench.open('Mary', {
    doc,
    beforeAnswer: () => doc.getArray('entries').push([entryOf('Mary', 'meanwhile')]),
  })
  mary.push(entryOf('Mary', 'after'))
  expect(await bench.heard()).toEqual(['before', 'meanwhile', 'after'])
  expect([mary.asked(), mary.mostInFlight()]).toEqual([1, 2])
})

test('[RE213] an answer that was lost does no harm: what comes again is there already', async () => {
  const bench = await createBench()
  const mary = await bench.open('Mary')
  mary.push(entryOf('Mary', 'one'))
  mary.leave()
  await settle()
  const again = await bench.open('Mary', { doc: mary.doc })
  again.writer.write('update', Y.encodeStateAsUpdate(mary.doc))
  expect(await bench.heard()).toEqual(['one'])
  expect(again.refused()).toBeUndefined()
})

test('[RE213] an element that is under way is not pushed twice', async () => {
  const bench = await createBench()
  const mary = await bench.open('Mary')
  mary.push(entryOf('Mary', 'one'))
  mary.writer.write('update', Y.encodeStateAsUpdate(mary.doc))
  expect(mary.mostInFlight()).toBe(1)
  expect(await bench.heard()).toEqual(['one'])
})

test('[RE213] who takes nothing and writes on is not wronged by what his room does not know yet', async () => {
  const bench = await createBench()
  const mary = await bench.open('Mary', { slow: true })
  for (const text of ['one', 'two', 'three']) {
    mary.push(entryOf('Mary', text))
    await settle()
  }
  mary.writer.write('update', Y.encodeStateAsUpdate(mary.doc))
  expect(await bench.heard()).toEqual(['one', 'two', 'three'])
  expect([mary.refused(), mary.denials]).toEqual([undefined, []])
})

test('[RE213] who lacks a recall brings the text, and who has it brings the deletion: both are echoes', async () => {
  const bench = await createBench()
  const pen = createPen({ user: bench.tom.user, client: 7 })
  const message = pen.text('secret')
  bench.tom.push(bench.conversation, 1, [message.update, pen.text('other').update])
  await settle()
  const away = await bench.open('Mary')
  away.leave()
  const there = await bench.open('Jerry')
  bench.tom.push(bench.conversation, 1, [pen.recall(message.id).update])
  await settle()
  expect(texts(there.doc)).toEqual(['other', 'recall'])
  const before = await served(bench)
  const back = await bench.open('Mary', { doc: away.doc })
  back.writer.write('update', Y.encodeStateAsUpdate(away.doc))
  there.writer.write('update', Y.encodeStateAsUpdate(there.doc))
  await settle()
  expect([back.refused(), there.refused()]).toEqual([undefined, undefined])
  expect(texts(back.doc)).toEqual(['other', 'recall'])
  expect(await served(bench)).toBe(before)
})

test('[RE213] whatever tools and devices have done, an echo of everything changes nothing', async () => {
  const step = fc.record({
    who: fc.constantFrom('Mary', 'Jerry', 'Tom'),
    act: fc.constantFrom('push', 'two', 'recall', 'reload'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const bench = await createBench()
      const tools = new Map<string, Tool>()
      for (const user of ['Mary', 'Jerry', 'Tom']) tools.set(user, await bench.open(user))
      let wanted = 0
      for (const { who, act } of steps) {
        const tool = tools.get(who) ?? (await bench.open(who))
        const own = (
          tool.doc.getArray('entries').toArray() as { id: string; from: string; op?: string }[]
        ).find(({ from, op }) => from === who && op === undefined)
        if (act === 'reload') {
          tool.leave()
          tools.set(who, await bench.open(who, { doc: tool.doc }))
        } else if (act === 'recall' && own !== undefined) {
          const { id, from, sentAt } = entryOf(who, '')
          tool.push({ id, from, sentAt, op: 'recall', target: own.id })
          wanted += 1
        } else if (act === 'two') {
          tool.push(entryOf(who, 'a'), entryOf(who, 'b'))
          wanted += 2
        } else {
          tool.push(entryOf(who, 'c'))
          wanted += 1
        }
        await settle()
      }
      expect(await bench.heard()).toHaveLength(wanted)
      const before = await served(bench)
      for (const tool of tools.values()) {
        tool.writer.write('update', Y.encodeStateAsUpdate(tool.doc))
        tool.writer.write('step2', Y.encodeStateAsUpdate(tool.doc))
        await settle()
        expect(tool.refused()).toBeUndefined()
        expect(Buffer.from(Y.encodeStateAsUpdate(tool.doc)).length).toBe(before.length / 2)
      }
      expect(await served(bench)).toBe(before)
      expect(bench.faults).toEqual([])
    }),
    { numRuns: 25 },
  )
})

test('[RE218] what was under way behind it is no gap', async () => {
  let onCommit: (() => void) | undefined
  const bench = await createBench({
    wrap: (store) =>
      new Proxy(store, {
        get: (target, name): unknown => {
          const failed = onCommit
          if (name !== 'commit' || failed === undefined) return Reflect.get(target, name, target)
          onCommit = undefined
          failed()
          return async () => Promise.reject(new StoreError('full', 'the disk is full, for a moment'))
        },
      }),
  })
  const mary = await bench.open('Mary')
  onCommit = () => {
    mary.push(entryOf('Mary', 'in the turn behind it'))
  }
  mary.push(entryOf('Mary', 'in the turn that fails'))
  expect(await bench.heard()).toEqual([])
  expect([mary.refused(), mary.mostInFlight()]).toEqual([undefined, 2])
  bench.clock.time += 30_000
  mary.writer.sweep()
  expect(await bench.heard()).toEqual(['in the turn that fails', 'in the turn behind it'])
  expect([mary.refused(), mary.denials]).toEqual([undefined, []])
})

test('[RE218] who writes faster than a user may is asked again after each wait, and loses nothing', async () => {
  const bench = await createBench({
    limits: {
      maxPageEntries: 1000,
      maxPageBytes: 1_000_000,
      maxUserUpdatesPerSecond: 10,
      maxUserUpdatesBurst: 64,
    },
  })
  const doc = storedDoc()
  const wanted = Array.from({ length: 150 }, (_, index) => `text ${index}`)
  doc.getArray('entries').push(wanted.map((text) => entryOf('Mary', text)))
  const mary = await bench.open('Mary', { doc })
  const heard = [...(await bench.heard())]
  expect(heard).toEqual(wanted.slice(0, 64))
  for (let seconds = 0; seconds < 60 && heard.length < wanted.length; seconds += 1) {
    bench.clock.time += 1_000
    mary.writer.sweep()
    heard.push(...(await bench.heard()))
  }
  expect(heard).toEqual(wanted)
  expect([mary.refused(), mary.denials]).toEqual([undefined, []])
})

test('[RE219] more than may be under way at once is asked for until all of it is there', async () => {
  const bench = await createBench({ limits: { maxPageEntries: 1000, maxPageBytes: 1_000_000 } })
  const doc = storedDoc()
  const wanted = Array.from({ length: 3 * maxAppendsInFlight - 1 }, (_, index) => `text ${index}`)
  doc.getArray('entries').push(wanted.map((text) => entryOf('Mary', text)))
  const mary = await bench.open('Mary', { doc })
  for (let count = 0; count < 5; count += 1) await settle()
  expect(await bench.heard()).toEqual(wanted)
  expect([mary.mostInFlight(), mary.asked()]).toEqual([maxAppendsInFlight, 3])
})

test('[RE219] a flood is not read beyond its window, and not lost', async () => {
  const bench = await createBench({ limits: { maxPageEntries: 1000, maxPageBytes: 1_000_000 } })
  const mary = await bench.open('Mary')
  const wanted: string[] = []
  // The answer to the question was empty, and does not count.
  for (let count = 0; count < maxWritesPerWindow + 20; count += 1) {
    wanted.push(`text ${count}`)
    mary.push(entryOf('Mary', `text ${count}`))
    await settle()
  }
  expect(await bench.heard()).toEqual(wanted.slice(0, maxWritesPerWindow))
  bench.clock.time += 10_000
  mary.writer.sweep()
  expect(await bench.heard()).toEqual(wanted.slice(maxWritesPerWindow))
  expect([mary.refused(), mary.denials]).toEqual([undefined, []])
})

test('[RE221] what stands behind something that another tab has not sent yet comes together with it', async () => {
  const bench = await createBench()
  const other = storedDoc()
  other.getArray('entries').push([entryOf('Mary', 'of the tab without a socket')])
  const tab = await bench.open('Mary')
  Y.applyUpdate(tab.doc, Y.encodeStateAsUpdate(other), 'relay')
  tab.push(entryOf('Mary', 'behind it'))
  expect(await bench.heard()).toEqual(['of the tab without a socket', 'behind it'])
  expect([tab.refused(), tab.asked()]).toEqual([undefined, 2])
})

test('[RE221] who lacks it when he is asked for everything has made it up', async () => {
  const bench = await createBench()
  const doc = storedDoc()
  doc.getArray('entries').push([entryOf('Mary', 'one')])
  const vector = Y.encodeStateVector(doc)
  doc.getArray('entries').push([entryOf('Mary', 'two')])
  const gap = Y.encodeStateAsUpdate(doc, vector)
  const mary = await bench.open('Mary')
  mary.writer.write('step2', gap)
  expect(mary.refused()).toBe('not-an-append')
  expect(await bench.heard()).toEqual([])
})
