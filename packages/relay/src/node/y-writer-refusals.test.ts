import * as fc from 'fast-check'
import * as Y from 'yjs'
import { describe, expect, test } from 'vitest'
import { StoreError } from '../store.ts'
import { createPen } from '../testing/pen.ts'
import { settle } from '../testing/test-device.ts'
import { createBench, entryOf, served, storedDoc, type Tool } from './y-tool.test-kit.ts'

describe('what is no append', () => {
  const offences: readonly (readonly [string, (doc: Y.Doc) => void])[] = [
    ['a deletion', (doc) => doc.getArray('entries').delete(0)],
    ['an element in the middle', (doc) => doc.getArray('entries').insert(0, [entryOf('Mary', 'first')])],
    ['another root', (doc) => doc.getArray('other').push([entryOf('Mary', 'x')])],
    ['a map', (doc) => doc.getMap('other').set('key', 1)],
    ['a type in the list', (doc) => doc.getArray('entries').push([new Y.Map()])],
    ['text', (doc) => doc.getText('other').insert(0, 'text')],
    ['bytes', (doc) => doc.getArray('entries').push([new Uint8Array([1])])],
    ['a document', (doc) => doc.getArray('entries').push([new Y.Doc()])],
  ]
  test.each(offences)('[RE214] %s is an offence, and nothing beside it is taken', async (_what, write) => {
    const bench = await createBench()
    const pen = createPen({ user: bench.tom.user, client: 7 })
    bench.tom.push(bench.conversation, 1, [pen.text('one').update])
    await bench.heard()
    const before = await served(bench)
    const mary = await bench.open('Mary')
    mary.doc.transact(() => {
      mary.push(entryOf('Mary', 'in the same update'))
      write(mary.doc)
    })
    await settle()
    expect(mary.refused()).toBe('not-an-append')
    expect(mary.denials).toHaveLength(1)
    expect(mary.denials[0]).toMatch(/^Parley: what was written was refused \(not-an-append\)\. .{10,}/)
    expect(await bench.heard()).toEqual([])
    expect(await served(bench)).toBe(before)
    mary.push(entryOf('Mary', 'after it'))
    expect(await bench.heard()).toEqual([])
  })

  test('[RE214] neither is what was pushed and taken away again without a network', async () => {
    const bench = await createBench()
    const doc = storedDoc()
    doc.getArray('entries').push([entryOf('Mary', 'gone')])
    doc.getArray('entries').delete(0)
    doc.getArray('entries').push([entryOf('Mary', 'stays')])
    const mary = await bench.open('Mary', { doc })
    expect(mary.refused()).toBe('not-an-append')
    expect(await bench.heard()).toEqual([])
  })

  test('[RE214] a deletion of what nobody has is none that is known', async () => {
    const bench = await createBench()
    const mary = await bench.open('Mary')
    mary.writer.write('update', new Uint8Array([0, 1, 5, 1, 0, 1]))
    expect(mary.refused()).toBe('not-an-append')
  })

  test('[RE214] a deletion that is named twice is none that Yjs would send', async () => {
    const bench = await createBench()
    const pen = createPen({ user: bench.tom.user, client: 7 })
    const message = pen.text('one')
    bench.tom.push(bench.conversation, 1, [message.update, pen.recall(message.id).update])
    await settle()
    const mary = await bench.open('Mary')
    mary.writer.write('update', new Uint8Array([0, 1, 7, 1, 0, 1]))
    expect(mary.refused()).toBeUndefined()
    mary.writer.write('update', new Uint8Array([0, 1, 7, 3, 0, 1, 0, 1, 0, 1]))
    expect(mary.refused()).toBe('not-an-append')
  })

  test('[RE214] whatever bytes come, all is taken as it stands, or the page is what it was', async () => {
    const mutation = fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'cut', 'insert'))
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 6 }), async (mutations) => {
        const bench = await createBench()
        const pen = createPen({ user: bench.tom.user, client: 7 })
        const message = pen.text('one')
        bench.tom.push(bench.conversation, 1, [message.update, pen.recall(message.id).update])
        await bench.heard()
        const before = await served(bench)
        const mary = await bench.open('Mary')
        const vector = Y.encodeStateVector(mary.doc)
        const stored = storedDoc()
        Y.applyUpdate(stored, Y.encodeStateAsUpdate(mary.doc))
        stored.getArray('entries').push([entryOf('Mary', 'two'), entryOf('Mary', 'three')])
        const bytes = [...Y.encodeStateAsUpdate(stored, vector)]
        for (const [at, value, act] of mutations) {
          const place = at % bytes.length
          if (act === 'set') bytes[place] = value
          else if (act === 'cut') bytes.splice(place, 1)
          else bytes.splice(place, 0, value)
        }
        mary.writer.write('step2', Uint8Array.from(bytes))
        const heard = await bench.heard()
        expect(bench.faults).toEqual([])
        expect(bench.errors).toEqual([])
        expect(heard.length).toBeLessThanOrEqual(2)
        const after = await served(bench)
        expect(textsOfPage(after)).toEqual(['recall', ...heard])
        expect(heard.length === 0 ? after : before).toBe(before)
      }),
      { numRuns: 150 },
    )
  })

  test('[RE214] bytes that are no update are none', async () => {
    const bench = await createBench()
    const mary = await bench.open('Mary')
    mary.writer.write('update', new Uint8Array([1, 1, 5, 0, 8]))
    expect(mary.refused()).toBe('not-an-append')
  })

  test('[RE214] a head takes nothing, is asked for nothing, and bears its echo', async () => {
    const bench = await createBench()
    await bench.command({ op: 'update', name: 'Lunch', set: { a: 1, 'b.c': 2 } })
    await bench.command({ op: 'update', name: 'Dinner', set: { a: 2 } })
    await bench.heard()
    const mary = await bench.open('Mary', { page: 0 })
    mary.writer.write('update', Y.encodeStateAsUpdate(mary.doc))
    expect([mary.asked(), mary.refused()]).toEqual([0, undefined])
    mary.push(entryOf('Mary', 'on the head'))
    expect(mary.refused()).toBe('not-an-append')
    expect(await bench.heard()).toEqual([])
  })
})

test('[RE118] who only reads for a while is told so once, heard by nobody, and asked again when it is over', async () => {
  const bench = await createBench()
  const doc = storedDoc()
  const first = await bench.open('Mary', { doc })
  first.push(entryOf('Tom', 'in a false name'))
  await settle()
  expect(first.refused()).toBe('author-mismatch')
  const mary = await bench.open('Mary')
  expect(mary.denials).toHaveLength(1)
  expect(mary.denials[0]).toMatch(/^Parley: read-only for 5 s: .*author-mismatch/)
  mary.push(entryOf('Mary', 'too early'))
  bench.clock.time += 4_999
  mary.writer.sweep()
  mary.push(entryOf('Mary', 'still too early'))
  expect(await bench.heard()).toEqual([])
  expect([mary.denials.length, mary.asked()]).toEqual([1, 0])
  bench.clock.time += 1
  mary.writer.sweep()
  expect(await bench.heard()).toEqual(['too early', 'still too early'])
  expect(mary.refused()).toBeUndefined()
})

test('[RE118] his other sockets only read as well, and lose nothing', async () => {
  const bench = await createBench()
  const [bad, good] = [await bench.open('Mary'), await bench.open('Mary')]
  bad.push(entryOf('Tom', 'in a false name'))
  await settle()
  good.push(entryOf('Mary', 'waits'))
  expect(await bench.heard()).toEqual([])
  expect(good.denials).toHaveLength(1)
  bench.clock.time += 5_000
  good.writer.sweep()
  expect(await bench.heard()).toEqual(['waits'])
})

test('[RE217] who brings the same again is sent away for longer each time', async () => {
  const bench = await createBench()
  const doc = storedDoc()
  doc.getArray('entries').push([entryOf('Tom', 'in a false name')])
  const waits: (string | undefined)[] = []
  for (let wait = 5_000; wait <= 40_000; wait *= 2) {
    const bad = await bench.open('Mary', { doc })
    expect(bad.refused()).toBe('author-mismatch')
    const next = await bench.open('Mary')
    waits.push(/for (\d+) s/.exec(next.denials[0] ?? '')?.[1])
    next.leave()
    bench.clock.time += wait
  }
  expect(waits).toEqual(['5', '10', '20', '40'])
})

describe('what the relay refuses', () => {
  test('[RE215] has the code of the other door', async () => {
    const bench = await createBench({ limits: { maxPageEntries: 2 } })
    const pen = createPen({ user: bench.tom.user, client: 7 })
    const refusal = async (user: string, write: (tool: Tool) => void): Promise<string | undefined> => {
      const tool = await bench.open(user)
      write(tool)
      await settle()
      bench.clock.time += 600_000
      return tool.refused()
    }
    const { id } = entryOf('Mary', '')
    expect(await refusal('Mary', (tool) => tool.push(entryOf('Tom', 'x')))).toBe('author-mismatch')
    expect(await refusal('Mary', (tool) => tool.push({ text: 'x' }))).toBe('bad-content')
    expect(
      await refusal('Mary', (tool) => tool.push({ text: 'x', id, from: 'Mary', sentAt: 1, type: -1 })),
    ).toBe('not-canonical')
    expect(await refusal('Mary', (tool) => tool.push(entryOf('Mary', 'x'.repeat(20_000))))).toBe('too-large')
    expect(
      await refusal('Mary', (tool) =>
        tool.push({ id, from: 'Mary', sentAt: 1, op: 'recall', target: 'A'.repeat(22) }),
      ),
    ).toBe('target-unknown')
    await bench.command({ op: 'mute', members: ['Mary'], forMs: 3_600_000_000 })
    expect(await refusal('Mary', (tool) => tool.push(entryOf('Mary', 'x')))).toBe('muted')
    bench.tom.push(bench.conversation, 1, [pen.text('one').update, pen.text('two').update])
    await settle()
    expect(await refusal('Jerry', (tool) => tool.push(entryOf('Jerry', 'x')))).toBe('page-closed')
    // A frame that was on its way when he was removed.
    const jerry = await bench.open('Jerry')
    await bench.command({ op: 'remove', members: ['Jerry'] })
    jerry.push(entryOf('Jerry', 'x'))
    await settle()
    expect(jerry.refused()).toBe('not-a-member')
    expect(await bench.heard()).toEqual(['one', 'two'])
  })

  test('[RE215] does not take back what stood before it in the same update', async () => {
    const bench = await createBench()
    const mary = await bench.open('Mary')
    mary.push(entryOf('Mary', 'good'), entryOf('Tom', 'bad'), entryOf('Mary', 'behind it'))
    await settle()
    expect(mary.refused()).toBe('author-mismatch')
    expect(await bench.heard()).toEqual(['good'])
  })

  test('[RE220] an id that is there already, at another place', async () => {
    const bench = await createBench()
    const mary = await bench.open('Mary')
    const entry = entryOf('Mary', 'once')
    mary.push(entry)
    await settle()
    mary.push(entry)
    await settle()
    expect(mary.refused()).toBe('message-id-taken')
    expect(await bench.heard()).toEqual(['once'])
  })
})

test.each([
  ['full', 30_000],
  ['broken', 2_000],
] as const)(
  '[RE218] while the disk is %s nothing is lost, nothing doubled, and nothing an offence',
  async (kind, wait) => {
    let failing = false
    const bench = await createBench({
      wrap: (store) =>
        new Proxy(store, {
          get: (target, name): unknown =>
            name === 'commit' && failing
              ? async () => Promise.reject(new StoreError(kind, 'the disk says no'))
              : Reflect.get(target, name, target),
        }),
    })
    const mary = await bench.open('Mary')
    mary.push(entryOf('Mary', 'before'))
    await settle()
    failing = true
    mary.push(entryOf('Mary', 'meanwhile'))
    mary.push(entryOf('Mary', 'in the same turn'))
    await settle()
    mary.push(entryOf('Mary', 'while it waits'))
    bench.clock.time += wait - 1
    mary.writer.sweep()
    failing = kind === 'broken'
    expect(await bench.heard()).toEqual(['before'])
    expect([mary.refused(), mary.denials, mary.asked()]).toEqual([undefined, [], 1])
    bench.clock.time += 1
    mary.writer.sweep()
    const rest = ['meanwhile', 'in the same turn', 'while it waits']
    // A store that has failed otherwise stays as it is until the process starts again.
    expect(await bench.heard()).toEqual(kind === 'full' ? rest : [])
    expect([mary.refused(), mary.denials, mary.asked()]).toEqual([undefined, [], 2])
  },
)

test('[RE218] neither is a push for which there is no room in the relay', async () => {
  const bench = await createBench({ limits: { maxQueuedUpdates: 64 } })
  const doc = storedDoc()
  const wanted = Array.from({ length: 100 }, (_, index) => `text ${index}`)
  doc.getArray('entries').push(wanted.map((text) => entryOf('Mary', text)))
  const mary = await bench.open('Mary', { doc })
  expect(await bench.heard()).toEqual(wanted.slice(0, 64))
  bench.clock.time += 2_000
  mary.writer.sweep()
  expect(await bench.heard()).toEqual(wanted.slice(64))
  expect([mary.refused(), mary.denials]).toEqual([undefined, []])
})

function textsOfPage(hex: string): readonly string[] {
  const doc = storedDoc()
  Y.applyUpdate(doc, Buffer.from(hex, 'hex'))
  return (doc.getArray('entries').toArray() as readonly { text?: string; op?: string }[]).map(
    ({ text, op }) => text ?? op ?? '',
  )
}
