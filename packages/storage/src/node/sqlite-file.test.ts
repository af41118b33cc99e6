import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { failureOf } from '../testing/check.ts'
import { everything, layout, put } from './file.test-data.ts'
import { createSqliteStore } from './sqlite-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Names, times and bytes of all that lies in a folder. */
function pictureOf(place: string): unknown {
  return readdirSync(place)
    .toSorted()
    .map((name) => [name, statSync(join(place, name)).mtimeMs, readFileSync(join(place, name), 'latin1')])
}

test('[ST60] the file and the folders above it are made, for their owner alone', async () => {
  const path = join(folder, 'not', 'yet', 'there.db')
  const owner = await createSqliteStore({ path, layout }).open()
  await owner.commit(put('a', 'x'))
  for (const name of ['there.db', 'there.db-wal']) {
    expect(statSync(join(folder, 'not', 'yet', name)).mode & 0o777).toBe(0o600)
  }
  expect(statSync(join(folder, 'not', 'yet')).mode & 0o777).toBe(0o700)
  await owner.close()
  expect(readdirSync(join(folder, 'not', 'yet'))).toEqual(['there.db'])
})

test('[ST60] an empty file is taken for a new one', async () => {
  const path = join(folder, 'empty.db')
  writeFileSync(path, '')
  const owner = await createSqliteStore({ path, layout }).open()
  expect(owner.epoch).toBe(1)
  await owner.close()
})

test('[ST61] a file that is not ours is neither opened nor destroyed nor touched', async () => {
  const place = join(folder, 'strangers')
  mkdirSync(join(place, 'folder.db'), { recursive: true })
  writeFileSync(join(place, 'text.db'), 'A text, and no database at all. '.repeat(50))
  writeFileSync(join(place, 'short.db'), 'SQLite format 3\u0000')
  const plain = new DatabaseSync(join(place, 'plain.db'))
  plain.exec('CREATE TABLE parley (format, epoch, born)')
  plain.close()
  const tagged = new DatabaseSync(join(place, 'tagged.db'))
  tagged.exec('PRAGMA application_id = 77; PRAGMA journal_mode = WAL; CREATE TABLE t (a)')
  // Left as a killed process leaves it, with its log beside it.
  const living = new DatabaseSync(join(place, 'living.db'))
  living.exec(
    'PRAGMA application_id = 77; PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)',
  )
  const names = ['text.db', 'short.db', 'plain.db', 'tagged.db', 'living.db']
  rmSync(join(place, 'folder.db'), { recursive: true })
  const before = pictureOf(place)
  for (const name of names) {
    const store = createSqliteStore({ path: join(place, name), layout })
    expect([name, await failureOf(store.open())]).toEqual([name, 'foreign'])
    expect([name, await failureOf(store.destroy())]).toEqual([name, 'foreign'])
  }
  expect(pictureOf(place)).toEqual(before)
  tagged.close()
  living.close()
})

test('[ST61] a folder is not ours either', async () => {
  const path = join(folder, 'folder.db')
  mkdirSync(path)
  const store = createSqliteStore({ path, layout })
  expect(await failureOf(store.open())).toBe('foreign')
  expect(await failureOf(store.destroy())).toBe('foreign')
  expect(existsSync(path)).toBe(true)
})

test('[ST66] a damaged row fails the reads that meet it as corrupt, and no other', async () => {
  const path = join(folder, 'rows.db')
  const store = createSqliteStore({ path, layout })
  const owner = await store.open()
  await owner.commit(put('good', 'x'))
  await owner.commit(put('bad', 'y'))
  const damage = new DatabaseSync(path)
  for (const bytes of [
    [],
    [0],
    [119, 200],
    [126, 126],
    [122, 0, 0, 0, 0, 0, 0, 0, 1],
    [127],
    [119, 1, 0xff],
  ]) {
    damage
      .prepare('UPDATE t_rows SET v = ? WHERE k = (SELECT min(k) FROM t_rows)')
      .run(Uint8Array.from(bytes))
    expect(await failureOf(owner.read([{ kind: 'get', table: 'rows', key: ['bad'] }]))).toBe('corrupt')
    expect(await failureOf(owner.read(everything))).toBe('corrupt')
  }
  expect(await owner.read([{ kind: 'get', table: 'rows', key: ['good'] }])).toEqual([
    [{ key: ['good'], value: 'x' }],
  ])
  await owner.commit({ durability: 'strict', removes: [{ table: 'rows', key: ['bad'] }] })
  damage.prepare('INSERT INTO t_rows VALUES (?, ?)').run(Uint8Array.of(1, 2, 3), Uint8Array.of(126))
  expect(await failureOf(owner.read(everything))).toBe('corrupt')
  damage.close()
  await owner.close()
})

test('[ST88] a damaged row fails an opening that looks at it as corrupt, and nothing has changed', async () => {
  const path = join(folder, 'looked.db')
  const store = createSqliteStore({ path, layout })
  const owner = await store.open()
  await owner.commit(put('bad', 'y'))
  const damage = new DatabaseSync(path)
  damage.exec("UPDATE t_rows SET v = x'00'")
  damage.close()
  const seen: unknown[] = []
  const see = (value: unknown): unknown => seen.push(value)
  expect(await failureOf(store.open({ table: 'rows', key: ['bad'], see }))).toBe('corrupt')
  expect(seen).toEqual([])
  await owner.commit(put('bad', 'z'))
  await (await store.open({ table: 'rows', key: ['bad'], see })).close()
  expect(seen).toEqual(['z'])
})

test('[ST66] a damaged file is corrupt, and can be destroyed', async () => {
  const path = join(folder, 'damaged.db')
  const store = createSqliteStore({ path, layout })
  const healthy = await store.open()
  await healthy.commit(put('a', new Uint8Array(50_000)))
  await healthy.close()
  const bytes = readFileSync(path)
  const damages = [
    bytes.subarray(0, 5000),
    Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(bytes.length - 100, 0xaa)]),
    Buffer.concat([bytes.subarray(0, 16), Buffer.from([0xff, 0xff]), bytes.subarray(18)]),
  ]
  for (const damaged of damages) {
    writeFileSync(path, damaged)
    const kind = await failureOf(store.open().then(async (owner) => owner.read(everything)))
    expect(kind).toBe('corrupt')
    await store.destroy()
    expect(existsSync(path)).toBe(false)
  }
  const owner = await store.open()
  expect(await owner.read(everything)).toEqual([[]])
  await owner.close()
})

test('[ST66] a file that lacks its own record is corrupt', async () => {
  const path = join(folder, 'record.db')
  const store = createSqliteStore({ path, layout })
  for (const harm of ['DELETE FROM parley', 'DROP TABLE parley']) {
    await (await store.open()).close()
    const db = new DatabaseSync(path)
    db.exec(harm)
    db.close()
    expect(await failureOf(store.open())).toBe('corrupt')
    await store.destroy()
  }
  expect(existsSync(path)).toBe(false)
})

test('[ST67] an owner whose file was moved, removed or replaced is told that the store is closed', async () => {
  const path = join(folder, 'moved.db')
  const store = createSqliteStore({ path, layout })
  const harms = [
    () => rmSync(path),
    () => renameSync(path, `${path}.old`),
    () => {
      renameSync(path, `${path}.old`)
      writeFileSync(path, '')
    },
  ]
  for (const harm of harms) {
    const owner = await store.open()
    const heard: string[] = []
    owner.onLost(({ kind }) => heard.push(kind))
    await owner.commit(put('a', 'x'))
    harm()
    expect(await failureOf(owner.commit(put('b', 'y')))).toBe('closed')
    expect(heard).toEqual(['closed'])
    await owner.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
  }
})

test('[ST70] a path that cannot be used is unavailable', async () => {
  const file = join(folder, 'a-file')
  writeFileSync(file, 'x')
  const store = createSqliteStore({ path: join(file, 'below.db'), layout })
  expect(await failureOf(store.open())).toBe('unavailable')
})

test('[ST71] the files are those any SQLite can check', async () => {
  const path = join(folder, 'checked.db')
  const owner = await createSqliteStore({ path, layout }).open()
  await owner.commit(put('a', 'x'))
  await owner.close()
  const db = new DatabaseSync(path, { readOnly: true })
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  expect(db.prepare('PRAGMA application_id').get()).toEqual({ application_id: 0x5061726c })
  expect(db.prepare('SELECT format, epoch, born FROM parley').all()).toEqual([
    { format: 1, epoch: 1, born: 1 },
  ])
  expect(db.prepare('SELECT hex(k) AS k, hex(v) AS v FROM t_rows').all()).toEqual([
    { k: '206100', v: '770178' },
  ])
  db.close()
})
