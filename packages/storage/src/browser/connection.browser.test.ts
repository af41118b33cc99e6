import { expect, test } from 'vitest'
import { pageForEach } from './page.test-server.ts'

const at = pageForEach()

test('[ST44] an owner gives way to a newer version and to a removal, once what runs has finished', async () => {
  const seen = await at.page.evaluate(async () => {
    const name = kit.freshName()
    const layout = { format: 1, tables: ['rows'] }
    const newer = { format: 2, tables: ['rows'] }
    const events: string[] = []
    const note = (what: string) => (): unknown => events.push(what)
    const big = Array.from({ length: 2000 }, (_, n) => ({
      table: 'rows',
      key: [n],
      value: new Uint8Array(500),
    }))

    const first = await kit.createIndexedDbStore({ name, layout }).open()
    first.onLost(({ kind }) => events.push(`first lost: ${kind}`))
    const committing = first.commit({ durability: 'strict', puts: big }).then(note('first committed'))
    const opening = kit.createIndexedDbStore({ name, layout: newer }).open()
    const second = await opening
    await committing
    events.push(await kit.failure(first.commit({ durability: 'strict' })), await kit.failure(first.read([])))
    const count = (await kit.keys(second)).split(' ').length

    second.onLost(({ kind }) => events.push(`second lost: ${kind}`))
    const removing = second
      .commit({ durability: 'strict', removePrefixes: [{ table: 'rows', prefix: [] }] })
      .then(note('second committed'))
    await kit.createIndexedDbStore({ name, layout: newer }).destroy()
    await removing
    events.push(await kit.failure(second.commit({ durability: 'strict' })))
    const left = (await indexedDB.databases()).some((database) => database.name === name)
    return { events, count, left }
  })
  expect(seen).toEqual({
    events: [
      'first committed',
      'first lost: newer',
      'newer',
      'newer',
      'second committed',
      'second lost: closed',
      'closed',
    ],
    count: 2000,
    left: false,
  })
})

test('[ST45] an owner whose site data the user clears is told that the store is closed', async () => {
  const watch = await at.page.evaluateHandle(async () => {
    const store = kit.createIndexedDbStore({ name: 'cleared', layout: { format: 1, tables: ['rows'] } })
    const owner = await store.open()
    await owner.commit({ durability: 'strict', puts: [{ table: 'rows', key: ['gone'], value: 1 }] })
    return { owner, store, heard: kit.losses(owner) }
  })
  const devtools = await at.pages.chromium.context.newCDPSession(at.page)
  await devtools.send('Storage.clearDataForOrigin', { origin: at.pages.origin, storageTypes: 'indexeddb' })
  await expect.poll(async () => watch.evaluate(({ heard }) => heard)).toEqual(['closed'])
  const after = await watch.evaluate(async ({ owner, store, heard }) => {
    const late = await kit.failure(owner.commit({ durability: 'strict' }))
    return { late, heard, keys: await kit.keys(await store.open()) }
  })
  expect(after).toEqual({ late: 'closed', heard: ['closed'], keys: '' })
})

test('[ST46] a connection closed without a word is opened again, once per call, by the same owner', async () => {
  const seen = await at.page.evaluate(async () => {
    const name = kit.freshName()
    const store = kit.createIndexedDbStore({ name, layout: { format: 1, tables: ['rows'] } })
    // Every connection there is, so that the test can close them as a browser does.
    const connections = new Set<IDBDatabase>()
    let isClosing = false
    let opened = 0
    kit.onConnection((db) => {
      opened += 1
      connections.add(db)
      if (isClosing) db.close()
    })
    const close = (): void => connections.forEach((db) => db.close())
    const put = (key: string) => ({
      durability: 'strict' as const,
      puts: [{ table: 'rows', key: [key], value: 1 }],
    })

    const owner = await store.open()
    const heard = kit.losses(owner)
    await owner.commit(put('a'))
    close()
    const together = [owner.commit(put('b')), kit.keys(owner), owner.commit(put('c'))]
    const [, read] = await Promise.all(together)
    const openedBefore = opened
    isClosing = true
    close()
    const twice = [
      await kit.failure(owner.commit(put('d'))),
      await kit.failure(owner.read([{ kind: 'get', table: 'rows', key: ['a'] }])),
    ]
    const openedThen = opened - openedBefore
    isClosing = false
    await owner.commit(put('e'))
    return {
      read,
      openedBefore,
      twice,
      openedThen,
      keys: await kit.keys(owner),
      heard,
      epoch: (await store.open()).epoch,
    }
  })
  expect(seen).toEqual({
    read: 'a b',
    openedBefore: 2,
    twice: ['closed', 'closed'],
    openedThen: 2,
    keys: 'a b c e',
    heard: [],
    epoch: 2,
  })
})

test('[ST46] [ST100] an owner that comes back to data that are gone, newer, or another one’s, is told so', async () => {
  const seen = await at.page.evaluate(async () => {
    const layout = { format: 1, tables: ['rows'] }
    const connections: IDBDatabase[] = []
    kit.onConnection((db) => connections.push(db))
    const outcomes: unknown[] = []
    for (const meanwhile of ['removed', 'newer', 'begun anew'] as const) {
      const name = kit.freshName()
      const store = kit.createIndexedDbStore({ name, layout })
      const owner = await store.open()
      const heard = kit.losses(owner)
      for (const db of connections.splice(0)) db.close()
      if (meanwhile !== 'newer') await store.destroy()
      if (meanwhile === 'newer')
        await kit.createIndexedDbStore({ name, layout: { ...layout, format: 2 } }).open()
      // The same epoch as the first owner's: the count starts again with the data.
      const other = meanwhile === 'begun anew' ? await store.open() : undefined
      const late = await kit.failure(
        owner.commit({ durability: 'strict', puts: [{ table: 'rows', key: ['late'], value: 1 }] }),
      )
      const databases = await indexedDB.databases()
      const isThere = databases.some((database) => database.name === name)
      outcomes.push([
        meanwhile,
        late,
        heard,
        isThere,
        other && [other.epoch, owner.epoch, await kit.keys(other)],
      ])
    }
    return outcomes
  })
  expect(seen).toEqual([
    ['removed', 'closed', ['closed'], false, undefined],
    ['newer', 'newer', ['newer'], true, undefined],
    ['begun anew', 'stale-epoch', ['stale-epoch'], true, [1, 1, '']],
  ])
})

test('[ST15] [ST52] the owner in one tab is fenced by the one in another', async () => {
  const other = await at.pages.open()
  const layout = { format: 1, tables: ['rows'] }
  const first = await at.page.evaluateHandle(async (tables) => {
    const name = kit.freshName()
    const owner = await kit.createIndexedDbStore({ name, layout: tables }).open()
    await owner.commit({ durability: 'strict', puts: [{ table: 'rows', key: ['first'], value: 1 }] })
    return { name, owner, heard: kit.losses(owner) }
  }, layout)
  const name = await first.evaluate((seen) => seen.name)
  const second = await other.evaluateHandle(
    async ([database, tables]) => kit.createIndexedDbStore({ name: database, layout: tables }).open(),
    [name, layout] as const,
  )
  expect(await second.evaluate(async (owner) => [owner.epoch, await kit.keys(owner)])).toEqual([2, 'first'])
  const late = await first.evaluate(async ({ owner, heard }) => {
    const put = { durability: 'strict' as const, puts: [{ table: 'rows', key: ['late'], value: 1 }] }
    return [await kit.failure(owner.commit(put)), heard]
  })
  expect(late).toEqual(['stale-epoch', ['stale-epoch']])
  expect(await second.evaluate(async (owner) => kit.keys(owner))).toBe('first')
  await other.close()
})
