import { execFileSync } from 'node:child_process'
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
import { StorageError } from '../port.ts'
import { connect } from './sqlite-file.ts'
import { own } from './sqlite-owner.ts'
import { takeOwnership } from './sqlite-schema.ts'
import { createSqliteStore } from './sqlite-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

const layout = { format: 1, tables: ['rows'] }
const everything = [{ kind: 'range', table: 'rows', prefix: [] }] as const

function put(
  key: string,
  value: string | Uint8Array,
): {
  readonly durability: 'strict'
  readonly puts: readonly {
    readonly table: string
    readonly key: readonly string[]
    readonly value: string | Uint8Array
  }[]
} {
  return { durability: 'strict', puts: [{ table: 'rows', key: [key], value }] }
}

/** The kind of the port's error, whose message must be a sentence. */
async function failure(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof StorageError)) throw new Error('Not a StorageError.', { cause: error })
  expect(error.message).toMatch(/^[A-Z].*\.$/s)
  return error.kind
}

/** Names, sizes and bytes of all that lies in a folder. */
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
    expect([name, await failure(store.open())]).toEqual([name, 'foreign'])
    expect([name, await failure(store.destroy())]).toEqual([name, 'foreign'])
  }
  expect(pictureOf(place)).toEqual(before)
  tagged.close()
  living.close()
})

test('[ST61] a folder is not ours either', async () => {
  const path = join(folder, 'folder.db')
  mkdirSync(path)
  const store = createSqliteStore({ path, layout })
  expect(await failure(store.open())).toBe('foreign')
  expect(await failure(store.destroy())).toBe('foreign')
  expect(existsSync(path)).toBe(true)
})

test('[ST62] a commit there is no room for is answered quota, and the store goes on', async () => {
  const store = createSqliteStore({ path: join(folder, 'full.db'), layout, maxBytes: 200_000 })
  const owner = await store.open()
  const heard: unknown[] = []
  owner.onLost((error) => heard.push(error))
  await owner.commit(put('kept', new Uint8Array(100_000).fill(1)))
  const tooMuch = {
    ...put('small', 'x'),
    puts: [...put('small', 'x').puts, ...put('large', new Uint8Array(150_000)).puts],
  }
  expect(await failure(owner.commit(tooMuch))).toBe('quota')
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
  expect(await failure(owner.commit(put('a', 'x')))).toBe('blocked')
  expect(await failure(store.open())).toBe('blocked')
  expect(await failure(createSqliteStore({ path, layout, blockedAfterMs: 20 }).destroy())).toBe('blocked')
  expect(await owner.read(everything)).toEqual([[]])
  other.exec('ROLLBACK')
  other.close()
  await owner.commit(put('a', 'x'))
  await owner.close()
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
    expect(await failure(owner.read([{ kind: 'get', table: 'rows', key: ['bad'] }]))).toBe('corrupt')
    expect(await failure(owner.read(everything))).toBe('corrupt')
  }
  expect(await owner.read([{ kind: 'get', table: 'rows', key: ['good'] }])).toEqual([
    [{ key: ['good'], value: 'x' }],
  ])
  await owner.commit({ durability: 'strict', removes: [{ table: 'rows', key: ['bad'] }] })
  damage.prepare('INSERT INTO t_rows VALUES (?, ?)').run(Uint8Array.of(1, 2, 3), Uint8Array.of(126))
  expect(await failure(owner.read(everything))).toBe('corrupt')
  damage.close()
  await owner.close()
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
    const kind = await failure(store.open().then(async (owner) => owner.read(everything)))
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
    expect(await failure(store.open())).toBe('corrupt')
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
    expect(await failure(owner.commit(put('b', 'y')))).toBe('closed')
    expect(heard).toEqual(['closed'])
    await owner.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
  }
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
  const bytes = readdirSync(place)
    .map((name) => readFileSync(join(place, name), 'latin1'))
    .join('')
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
  expect(await failure(owner.commit(put('b', 'y')))).toBe('closed')
})

test('[ST69] destroyed under another connection, the file stays, without a byte of what it held', async () => {
  const place = join(folder, 'emptied')
  const path = join(place, 'store.db')
  const store = createSqliteStore({ path, layout })
  const owner = await store.open()
  await owner.commit(put('a', 'a secret'))
  await createSqliteStore({ path, layout }).destroy()
  const bytes = readdirSync(place)
    .map((name) => readFileSync(join(place, name), 'latin1'))
    .join('')
  expect(bytes).not.toContain('a secret')
  expect(await failure(owner.read(everything))).toBe('closed')
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
  expect(await failure(owner.commit(put('b', 'y')))).toBe('closed')
})

test('[ST70] a path that cannot be used is unavailable', async () => {
  const file = join(folder, 'a-file')
  writeFileSync(file, 'x')
  const store = createSqliteStore({ path: join(file, 'below.db'), layout })
  expect(await failure(store.open())).toBe('unavailable')
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
