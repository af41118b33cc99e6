import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { expectWrong, folder, parley } from './run.test-kit.ts'

test('[AR14] data with nothing wrong is said to be so, while the relay runs and after', async () => {
  const data = await folder()
  const relay = parley(['relay', '--dev', '--port', '0', '--data', data])
  await relay.says('relay-started')
  const during = parley(['check', '--data', data])
  expect(await during.code).toBe(0)
  relay.signal('SIGTERM')
  await relay.code
  const after = parley(['check'], { PARLEY_DATA: data })
  expect(await after.code).toBe(0)
  expect(after.printed()).toMatch(/^0 conversations, 0 rows, log epoch \w+: nothing is wrong\n$/)
})

test('[AR15] what is wrong is listed, a line each', async () => {
  const data = await folder()
  const relay = parley(['relay', '--dev', '--port', '0', '--data', data])
  await relay.says('relay-started')
  relay.signal('SIGTERM')
  await relay.code
  const path = join(data, 'relay.sqlite')
  const database = new DatabaseSync(path)
  database.exec(
    `PRAGMA foreign_keys = OFF; INSERT INTO pages SELECT 77, 1, ${'0, '.repeat(
      (database.prepare(`SELECT count(*) AS count FROM pragma_table_info('pages')`).get()?.[
        'count'
      ] as number) - 3,
    )}0`,
  )
  database.close()
  const orphan = parley(['check', '--data', data])
  expect(await orphan.code).toBe(1)
  expect(orphan.printed()).toContain('pages belong to no conversation\n')
  expect(orphan.printed()).toMatch(/: 1 problem\n$/)

  const bytes = await readFile(path)
  await writeFile(path, bytes.fill(0xff, 100))
  const damaged = parley(['check', '--data', data])
  expect(await damaged.code).toBe(1)
  expect(damaged.printed()).toMatch(/^the file .+\n/)
})

test('[AR16] where there is no data there is nothing to check', async () => {
  const data = await folder()
  await expectWrong(parley(['check', '--data', data]), 5, data)
  await expectWrong(parley(['check', '--data', join(data, 'gone')]), 5, join(data, 'gone'))
})

test('[AR16] data of another user is not said to be broken, or to be none', async () => {
  const data = await folder()
  const relay = parley(['relay', '--dev', '--port', '0', '--data', data])
  await relay.says('relay-started')
  relay.signal('SIGTERM')
  await relay.code
  await chmod(data, 0o755)
  await chmod(join(data, 'relay.sqlite'), 0)
  // The superuser reads everything, so he is somebody else meanwhile.
  const own = process.geteuid?.()
  if (own === 0) process.seteuid?.(65_534)
  const run = parley(['check', '--data', data])
  process.seteuid?.(own ?? 0)
  await expectWrong(run, 8, data, 'EACCES', 'as the user')
})
