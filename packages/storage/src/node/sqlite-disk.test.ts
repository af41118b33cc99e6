import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { failureOf } from '../testing/check.ts'
import { everything, layout, put } from './file.test-data.ts'
import { connect } from './sqlite-file.ts'
import { own } from './sqlite-owner.ts'
import { takeOwnership } from './sqlite-schema.ts'
import { createSqliteStore } from './sqlite-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-disk-'))
afterAll(() => rmSync(folder, { recursive: true }))

function bytesIn(place: string): string {
  return readdirSync(place)
    .map((name) => readFileSync(join(place, name), 'latin1'))
    .join('')
}

test('[ST62] a commit there is no room for is answered quota, and the store goes on', async () => {
  const store = createSqliteStore({ path: join(folder, 'full.db'), layout, maxBytes: 200_000 })
  const owner = await store.open()
  const heard: unknown[] = []
  owner.onLost((error) => heard.push(error))
  await owner.commit(put('kept', new Uint8Array(100_000).fill(1)))
  const puts = ['small', 'large'].flatMap((key) => put(key, new Uint8Array(75_000)).puts ?? [])
  const tooMuch = { durability: 'strict', puts } as const
  expect(await failureOf(owner.commit(tooMuch))).toBe('quota')
  expect((await owner.read(everything)).flat().map(({ key }) => key)).toEqual([['kept']])
  await owner.commit({ durability: 'strict', removes: [{ table: 'rows', key: ['kept'] }] })
  await owner.commit(tooMuch)
  expect((await owner.read(everything)).flat().map(({ key }) => key)).toEqual([['large'], ['small']])
  expect(heard).toEqual([])
  await owner.close()
})

test('[ST64] a strict commit syncs the log, a relaxed one does not', async () => {
  const path = join(folder, 'durable.db')
  writeFileSync(path, '')
  const connection = connect({ path, maxBytes: undefined, blockedAfterMs: 0 })
  const epoch = takeOwnership(connection.db, layout, path)
  const { store } = own(connection, layout, epoch, path, () => undefined)
  const seen: unknown[] = []
  for (const durability of ['strict', 'relaxed', 'relaxed', 'strict'] as const) {
    await store.commit({ ...put('a', 'x'), durability })
    seen.push(connection.db.prepare('PRAGMA synchronous').get()?.['synchronous'])
  }
  // 2 is FULL, 1 is NORMAL.
  expect(seen).toEqual([2, 1, 1, 2])
  expect(connection.db.prepare('PRAGMA journal_mode').get()?.['journal_mode']).toBe('wal')
  await store.close()
})

test('[ST65] a file another connection keeps locked is blocked, and free again afterwards', async () => {
  const path = join(folder, 'locked.db')
  const store = createSqliteStore({ path, layout, blockedAfterMs: 20 })
  const owner = await store.open()
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  expect(await failureOf(owner.commit(put('a', 'x')))).toBe('blocked')
  expect(await failureOf(store.open())).toBe('blocked')
  expect(await failureOf(createSqliteStore({ path, layout, blockedAfterMs: 20 }).destroy())).toBe('blocked')
  expect(await owner.read(everything)).toEqual([[]])
  other.exec('ROLLBACK')
  other.close()
  await owner.commit(put('a', 'x'))
  await owner.close()
})

test('[ST68] after closing, no file holds what was removed or replaced', async () => {
  const place = join(folder, 'erased')
  const path = join(place, 'store.db')
  const owner = await createSqliteStore({ path, layout }).open()
  await owner.commit(put('removed', 'secret one '.repeat(1000)))
  await owner.commit(put('replaced', 'secret two'))
  await owner.commit(put('prefix', 'secret three'))
  await owner.commit(put('kept', 'no secret'))
  await owner.commit(put('replaced', 'open'))
  await owner.commit({
    durability: 'relaxed',
    removes: [{ table: 'rows', key: ['removed'] }],
    removePrefixes: [{ table: 'rows', prefix: ['prefix'] }],
  })
  await owner.close()
  const bytes = bytesIn(place)
  expect(bytes).toContain('no secret')
  expect(bytes).not.toMatch(/secret (one|two|three)/)
})

test('[ST69] destroying removes the file and those beside it', async () => {
  const place = join(folder, 'gone')
  const path = join(place, 'store.db')
  const store = createSqliteStore({ path, layout })
  const owner = await store.open()
  await owner.commit(put('a', 'x'))
  await store.destroy()
  expect(readdirSync(place)).toEqual([])
  expect(await failureOf(owner.commit(put('b', 'y')))).toBe('closed')
})

test('[ST69] destroyed under another connection, the file stays, without a byte of what it held', async () => {
  const place = join(folder, 'emptied')
  const path = join(place, 'store.db')
  const store = createSqliteStore({ path, layout })
  const owner = await store.open()
  await owner.commit(put('a', 'a secret'))
  await createSqliteStore({ path, layout }).destroy()
  const bytes = bytesIn(place)
  expect(bytes).not.toContain('a secret')
  expect(await failureOf(owner.read(everything))).toBe('closed')
  expect(readdirSync(place)).toEqual(['store.db'])
  await store.destroy()
  expect(readdirSync(place)).toEqual([])
})

test('[ST69] destroying needs no room', async () => {
  const place = join(folder, 'no-room')
  const path = join(place, 'store.db')
  const owner = await createSqliteStore({ path, layout }).open()
  await owner.commit(put('a', 'x'))
  const program = `
    import { createSqliteStore } from ${JSON.stringify(join(import.meta.dirname, 'sqlite-store.ts'))}
    await createSqliteStore({ path: process.argv[1], layout: ${JSON.stringify(layout)} }).destroy()`
  const node = [process.execPath, '--no-warnings', '--input-type=module', '--eval', program, path]
  // No file may grow past 512 bytes, not even the log.
  execFileSync('sh', ['-c', 'ulimit -f 1 && exec "$@"', 'sh', ...node])
  expect(readdirSync(place)).toEqual([])
  expect(await failureOf(owner.commit(put('b', 'y')))).toBe('closed')
})
