import { DatabaseSync } from 'node:sqlite'
import { createServer } from 'node:net'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { RelayServerError, type ServerErrorCode, explainStore } from './server-errors.ts'
import { type RelayServerOptions, startRelayServer } from './server.ts'
import { startTestServer, testSecret } from './server.test-kit.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'parley-start-'))
  onTestFinished(async () => {
    await rm(path, { recursive: true })
  })
  return path
}

/** What keeps it from starting. */
async function obstacle(options: Partial<RelayServerOptions>): Promise<RelayServerError> {
  const started = startRelayServer({
    port: 0,
    host: '127.0.0.1',
    directory: join(await folder(), 'data'),
    tokens: { secret: testSecret },
    ...options,
  })
  try {
    await (await started).stop()
  } catch (error) {
    if (error instanceof RelayServerError) return error
    throw error
  }
  throw new Error('it started')
}

async function expectObstacle(
  code: ServerErrorCode,
  options: Partial<RelayServerOptions>,
  names: string,
): Promise<void> {
  const error = await obstacle(options)
  expect(error.code).toBe(code)
  expect(error.message).toContain(names)
  // A sentence that says what is so, and one that says what to do.
  expect(error.message).toMatch(/^[A-Z-].*[^.]\. .*\.$/)
}

test('[RE120] a port that is in use', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => {
    other.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    other.close()
  })
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const parent = await folder()
  await expectObstacle('port-in-use', { port, directory: join(parent, 'data') }, String(port))
  expect(await readdir(parent)).toEqual([])
})

test('[RE120] an address that this machine does not have', async () => {
  const parent = await folder()
  await expectObstacle('host-unknown', { host: '192.0.2.1', directory: join(parent, 'data') }, '192.0.2.1')
  expect(await readdir(parent)).toEqual([])
})

test('[RE86] [RE120] development on any other address than one of this machine alone', async () => {
  const parent = await folder()
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
    await expectObstacle('dev-not-local', { host, dev: true, directory: join(parent, 'data') }, host)
  }
  expect(await readdir(parent)).toEqual([])
})

test('[RE120] no secret, and one that is too short', async () => {
  const options = { port: 0, host: '127.0.0.1', directory: '/nowhere' }
  await expect(startRelayServer(options)).rejects.toMatchObject({ code: 'secret-missing' })
  await expectObstacle('secret-weak', { tokens: { secret: testSecret.subarray(0, 31) } }, '32')
})

test('[RE120] a page that is not there', async () => {
  const parent = await folder()
  for (const page of [join(parent, 'page'), parent, join(parent, 'file')]) {
    await expectObstacle('page-missing', { page, directory: join(parent, 'data') }, page)
  }
  expect(await readdir(parent)).toEqual([])
})

test('[RE120] a directory that cannot be made or written', async () => {
  const parent = await folder()
  await writeFile(join(parent, 'file'), 'x')
  for (const directory of [join(parent, 'file'), join(parent, 'file', 'data'), '/sys/data']) {
    await expectObstacle('data-unwritable', { directory }, directory)
  }
  expect(await readFile(join(parent, 'file'), 'utf8')).toBe('x')
})

test('[RE120] a directory that holds something else is left as it is', async () => {
  const home = await folder()
  await mkdir(join(home, 'Documents'))
  await expectObstacle('data-foreign', { directory: home }, home)
  expect(await readdir(home)).toEqual(['Documents'])

  const other = await folder()
  const database = new DatabaseSync(join(other, 'relay.sqlite'))
  database.exec('CREATE TABLE theirs (a)')
  database.close()
  const before = await readFile(join(other, 'relay.sqlite'))
  await expectObstacle('data-foreign', { directory: other }, other)
  expect(await readdir(other)).toEqual(['relay.sqlite'])
  expect(await readFile(join(other, 'relay.sqlite'))).toEqual(before)
})

test('[RE120] what the system says of a directory is said in our words', async () => {
  for (const [system, code] of [
    ['EIO', 'data-broken'],
    ['ENOSPC', 'data-full'],
    ['EROFS', 'data-unwritable'],
    ['EISDIR', 'data-foreign'],
  ] as const) {
    const error = Object.assign(new Error('as the system has it'), { code: system })
    expect(explainStore(error, '/data')).toMatchObject({ code })
    expect(String(explainStore(error, '/data'))).toContain('/data')
  }
  const directory = await folder()
  await mkdir(join(directory, 'dev-secret'))
  const options = { port: 0, host: '127.0.0.1', directory, dev: true }
  await expect(startRelayServer(options)).rejects.toMatchObject({ code: 'data-foreign' })
})

test('[RE120] data of a newer version is left as it is', async () => {
  const directory = await folder()
  const server = await startTestServer({ directory })
  await server.stop()
  const database = new DatabaseSync(join(directory, 'relay.sqlite'))
  database.exec('PRAGMA user_version = 1000')
  database.close()
  const names = await readdir(directory)
  const before = await readFile(join(directory, 'relay.sqlite'))
  await expectObstacle('data-newer', { directory }, directory)
  expect(await readdir(directory)).toEqual(names)
  expect(await readFile(join(directory, 'relay.sqlite'))).toEqual(before)
})

test('[RE120] data that another relay is using', async () => {
  const server = await startTestServer()
  onTestFinished(server.dispose)
  await expectObstacle('data-in-use', { directory: server.directory }, server.directory)
  expect((await fetch(`${server.http}/readyz`)).status).toBe(200)
})

test('[RE120] data that cannot be read', async () => {
  const directory = await folder()
  const server = await startTestServer({ directory })
  await server.stop()
  const path = join(directory, 'relay.sqlite')
  const bytes = await readFile(path)
  await writeFile(path, bytes.fill(0xff, 100))
  await expectObstacle('data-broken', { directory }, directory)
  expect(await readFile(path)).toEqual(bytes)
})

test('[RE120] a new directory, an empty one, one with marks of the system, and one of ours will do', async () => {
  const marked = await folder()
  await mkdir(join(marked, 'lost+found'))
  await writeFile(join(marked, '.gitkeep'), '')
  for (const directory of [join(await folder(), 'a', 'b'), await folder(), marked, marked]) {
    const server = await startTestServer({ directory })
    expect((await fetch(`${server.http}/readyz`)).status).toBe(200)
    await server.stop()
  }
})
