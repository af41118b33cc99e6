import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { benchFolder, rootFolder } from '../folders.ts'
import { readWords } from './arguments.ts'
import { checkOut, commitOf, linkLibraries } from './checkout.ts'
import { courseNamed, courses } from './courses.ts'
import { openDriver } from './driver.ts'
import { guard } from './guard.ts'

const patience = 120_000

describe.each(courses)('$name', ({ name }) => {
  test(
    '[BE46] is driven in a tiny size, again and again, through a process of its own that leaves nothing behind',
    { timeout: patience },
    async () => {
      const cache = join(benchFolder, '.cache')
      const driver = await openDriver({ driver: rootFolder, relay: rootFolder, course: name, size: 'tiny' })
      for (let stretch = 0; stretch < 2; stretch += 1) {
        const { cpuMicroseconds, units, checked } = await driver.stretch()
        expect(cpuMicroseconds).toBeGreaterThan(0)
        expect(units).toBeGreaterThan(0)
        expect(checked).toBeGreaterThanOrEqual(units)
      }
      const own = `relay-${driver.pid}-`
      expect(readdirSync(cache).some((folder) => folder.startsWith(own))).toBe(true)
      await driver.close()
      expect(readdirSync(cache).filter((folder) => folder.startsWith(own))).toEqual([])
      expect(() => process.kill(driver.pid, 0)).toThrow('ESRCH')
    },
  )
})

test('[BE46] a driver that cannot begin says why, and is gone', { timeout: patience }, async () => {
  expect(() => courseNamed('nothing')).toThrow('there is no nothing')
  await expect(
    openDriver({ driver: rootFolder, relay: rootFolder, course: 'nothing', size: 'tiny' }),
  ).rejects.toThrow('there is no nothing')
  await expect(
    openDriver({ driver: rootFolder, relay: join(rootFolder, 'nowhere'), course: 'lone', size: 'tiny' }),
  ).rejects.toThrow('did not start')
})

test(
  '[BE46] a driver that ends in between fails what it is asked, and can be closed',
  { timeout: patience },
  async () => {
    const driver = await openDriver({ driver: rootFolder, relay: rootFolder, course: 'lone', size: 'tiny' })
    const own = `relay-${driver.pid}-`
    const asked = driver.stretch()
    process.kill(driver.pid, 'SIGTERM')
    await expect(asked).rejects.toThrow('the driver of lone ended with 143')
    await expect(driver.stretch()).rejects.toThrow('the driver of lone ended')
    await driver.close()
    expect(readdirSync(join(benchFolder, '.cache')).filter((name) => name.startsWith(own))).toEqual([])
  },
)

test('[BE47] links lead to the libraries that are installed, and to the packages of the other checkout', () => {
  const parent = mkdtempSync(join(tmpdir(), 'parley-links-'))
  try {
    const [from, to] = ['from', 'to'].map((name) => join(parent, name))
    if (from === undefined || to === undefined) throw new Error('two folders')
    for (const root of [from, to]) {
      for (const name of ['packages/wire', 'packages/relay', 'packages/new', 'apps', 'test']) {
        mkdirSync(join(root, name), { recursive: true })
      }
      for (const name of ['wire', 'relay', 'new'])
        writeFileSync(join(root, 'packages', name, 'package.json'), '{}')
    }
    mkdirSync(join(from, 'node_modules', '.pnpm', 'ws'), { recursive: true })
    mkdirSync(join(from, 'packages', 'relay', 'node_modules', '@parley'), { recursive: true })
    symlinkSync('../../../wire', join(from, 'packages', 'relay', 'node_modules', '@parley', 'wire'))
    symlinkSync('../../../node_modules/.pnpm/ws', join(from, 'packages', 'relay', 'node_modules', 'ws'))
    linkLibraries(from, to)
    const own = join(to, 'packages', 'relay', 'node_modules')
    expect(realpathSync(join(own, '@parley', 'wire'))).toBe(realpathSync(join(to, 'packages', 'wire')))
    expect(realpathSync(join(own, 'ws'))).toBe(realpathSync(join(from, 'node_modules', '.pnpm', 'ws')))
    expect(existsSync(join(to, 'packages', 'new', 'node_modules'))).toBe(false)
  } finally {
    rmSync(parent, { recursive: true, force: true })
  }
})

test(
  '[BE47] a commit is checked out with its own packages, and nothing of it stays',
  { timeout: patience },
  () => {
    const out = checkOut('HEAD')
    if (!out.ok) throw new Error(out.sentence)
    const { checkout } = out
    expect(checkout.commit).toBe(commitOf('HEAD'))
    const wire = join(checkout.folder, 'packages', 'relay', 'node_modules', '@parley', 'wire')
    expect(realpathSync(wire)).toBe(realpathSync(join(checkout.folder, 'packages', 'wire')))
    checkout.dispose()
    expect(existsSync(checkout.folder)).toBe(false)
    checkout.dispose()
  },
)

test('[BE49] a commit, a course or an option that there is not is answered in a sentence', async () => {
  const said = async (...words: readonly string[]): Promise<string> => {
    const printed: string[] = []
    expect(await guard(words, { print: (text) => printed.push(text) })).toBe(2)
    return printed.join('\n')
  }
  expect(await said('--base', 'no-such-commit')).toBe('There is no commit no-such-commit.')
  expect(await said('rooms')).toBe('There is no rooms. There are: pairs, threes, room, lone, catch-up.')
  expect(await said('--bass=HEAD')).toBe('There is no --bass=HEAD. There are: --base, --head.')
  expect(await said('--head')).toBe('--head wants a commit.')
  expect(await said('--base', '--head', 'HEAD')).toBe('--base wants a commit.')
})

test('[BE49] names and commits are taken in any order, and no name is every course', () => {
  const known = ['pairs', 'lone']
  expect(readWords([], known)).toEqual({ ok: true, base: undefined, head: 'HEAD', courses: known })
  expect(readWords(['lone', '--head=b', '--base', 'a~2', 'pairs'], known)).toEqual({
    ok: true,
    base: 'a~2',
    head: 'b',
    courses: ['lone', 'pairs'],
  })
})
