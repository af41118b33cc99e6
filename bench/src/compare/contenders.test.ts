import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { benchFolder } from '../folders.ts'
import { pause } from '../waiting.ts'
import type { Contender, Seen, Server } from './contender.ts'
import { contenders } from './contenders.ts'
import { numbersIn } from './message.ts'
import { createYjsPen } from './yjs-pen.ts'

const patience = 120_000
const node = process.execPath

/** Those that need nothing but the workspace. */
const here = [contenders.parley, contenders['bare-ws'], contenders['bare-ws-sqlite']]

const running: Server[] = []
afterEach(async () => {
  for (const server of running.splice(0)) await server.dispose()
}, patience)

async function start(contender: Contender, folder?: string): Promise<Server> {
  const server = await contender.start({ node, ...(folder === undefined ? {} : { folder }) })
  running.push(server)
  return server
}

interface Heard {
  readonly delivered: number[]
  readonly acknowledged: number[]
}

async function until(done: () => boolean): Promise<void> {
  const late = performance.now() + 20_000
  while (!done()) {
    if (performance.now() > late) throw new Error('it took too long')
    await pause(5)
  }
}

function listeners(members: number): {
  readonly heard: readonly Heard[]
  readonly hear: {
    readonly delivered: (place: number, seen: Seen) => void
    readonly acknowledged: (place: number, numbers: readonly number[]) => void
  }
} {
  const heard = Array.from({ length: members }, () => ({
    delivered: [] as number[],
    acknowledged: [] as number[],
  }))
  return {
    heard,
    hear: {
      delivered: (place, { numbers }) => heard[place]?.delivered.push(...numbers),
      acknowledged: (place, numbers) => heard[place]?.acknowledged.push(...numbers),
    },
  }
}

const sorted = (numbers: readonly number[] | undefined): readonly number[] =>
  (numbers ?? []).toSorted((a, b) => a - b)

describe.each(here)('$name', (contender) => {
  test(
    '[BE15] hands each message to every member, says so to its author, and to nobody of another conversation',
    { timeout: patience },
    async () => {
      const server = await start(contender)
      const { heard, hear } = listeners(3)
      const strangers = listeners(2)
      const room = await contender.open(server, { name: 'one', members: 3, hear })
      const other = await contender.open(server, { name: 'two', members: 2, hear: strangers.hear })
      const first = Array.from({ length: 20 }, (_, n) => n)
      const second = Array.from({ length: 20 }, (_, n) => 100 + n)
      for (const number of first) room.send(0, number)
      for (const number of second) room.send(2, number)
      const all = [...first, ...second]
      const expected = (place: number): readonly number[] => {
        const own = place === 0 ? first : place === 2 ? second : []
        return contender.echoes ? all : all.filter((number) => !own.includes(number))
      }
      await until(() => heard.every(({ delivered }, place) => delivered.length >= expected(place).length))
      await until(() => (heard[0]?.acknowledged.length ?? 0) + (heard[2]?.acknowledged.length ?? 0) === 40)
      for (const [place, { delivered }] of heard.entries()) {
        expect(sorted(delivered), `member ${place}`).toEqual(expected(place))
      }
      expect(heard.map(({ acknowledged }) => sorted(acknowledged))).toEqual([first, [], second])
      expect(strangers.heard).toEqual([
        { delivered: [], acknowledged: [] },
        { delivered: [], acknowledged: [] },
      ])
      expect(room.lost()).toBeUndefined()
      expect(room.traffic().framesOut).toBeGreaterThanOrEqual(40)
      expect(room.traffic().bytesIn).toBeGreaterThan(40 * 2 * 190)
      await room.close()
      await other.close()
    },
  )

  test(
    '[BE15] what it is said to keep is there after it was killed, for whoever has nothing',
    { timeout: patience },
    async () => {
      const server = await start(contender)
      const { heard, hear } = listeners(2)
      const room = await contender.open(server, { name: 'kept', members: 2, hear })
      const numbers = Array.from({ length: 300 }, (_, n) => n)
      room.sendMany(0, numbers)
      await until(() => heard[0]?.acknowledged.length === 300)
      await server.kill()
      await until(() => room.lost() !== undefined)
      const again = await start(contender, server.folder)
      expect(sorted(await contender.read(again, 'kept'))).toEqual(contender.stores ? numbers : [])
      expect(await contender.read(again, 'nowhere')).toEqual([])
      // The conversation is the same one, and goes on.
      const later = listeners(2)
      const same = await contender.open(again, { name: 'kept', members: 2, hear: later.hear })
      same.send(0, 1000)
      await until(() => later.heard[1]?.delivered.includes(1000) === true)
      await until(() => later.heard[0]?.acknowledged.length === 1)
      await same.close()
    },
  )

  test('[BE15] [BE5] leaves no process and no data behind', { timeout: patience }, async () => {
    const server = await start(contender)
    const room = await contender.open(server, { name: 'room', members: 2 })
    await room.close()
    expect(() => process.kill(server.pid, 0)).not.toThrow()
    await server.dispose()
    expect(() => process.kill(server.pid, 0)).toThrow('ESRCH')
    expect(existsSync(server.folder)).toBe(false)
  })
})

describe('updates of stock clients', () => {
  test('[BE18] are taken by Yjs, one by one and many at once, and say what was written', () => {
    const document = new Y.Doc()
    const [one, two] = [createYjsPen('anna'), createYjsPen('ben')]
    Y.applyUpdate(document, one.write(1))
    Y.applyUpdate(document, one.write(2))
    Y.applyUpdate(document, two.writeMany([3, 4, 5]))
    Y.applyUpdate(document, one.writeMany([6, 7]))
    Y.applyUpdate(document, one.write(8))
    const texts = document
      .getArray('entries')
      .toArray()
      .map((entry) => JSON.stringify(entry))
    const found = numbersIn(Buffer.from(texts.join('\n')))
    expect(sorted(found.numbers)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(found.sum).toBe(36)
    expect(texts.some((text) => text.includes('anna') && text.includes('station'))).toBe(true)
    expect(document.store.pendingStructs).toBeNull()
    document.destroy()
  })

  test('[BE18] have the size of the message that was measured first: 199 bytes', () => {
    const pen = createYjsPen('room-1-0')
    pen.write(1)
    for (let number = 2; number < 50; number += 1) {
      expect(Math.abs(pen.write(number).length - 199), `message ${number}`).toBeLessThan(5)
    }
  })

  test('[BE18] are merged by Yjs without losing a number', () => {
    const pens = ['anna', 'ben', 'carla'].map((name) => createYjsPen(name))
    const updates = Array.from({ length: 60 }, (_, n) => pens[n % 3]?.write(n) ?? new Uint8Array())
    const { numbers } = numbersIn(Buffer.from(Y.mergeUpdates(updates)))
    expect(sorted(numbers)).toEqual(Array.from({ length: 60 }, (_, n) => n))
  })
})

describe('bench/peers', () => {
  const lock = readFileSync(join(benchFolder, 'peers', 'package-lock.json'), 'utf8')

  test('[BE19] its lock file holds no address that anything is fetched from', () => {
    expect(lock).not.toContain('"resolved"')
    // Where authors would be paid, which nobody fetches.
    const parsed: unknown = JSON.parse(lock, (key, value: unknown) => (key === 'funding' ? undefined : value))
    expect(JSON.stringify(parsed)).not.toContain('://')
    expect(lock).toMatch(/"integrity": "sha512-/)
  })

  test('[BE19] it asks for exact versions, and the workspace for none of them by its path', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(benchFolder, 'peers', 'package.json'), 'utf8'))
    const wanted = manifest as {
      readonly dependencies: Record<string, string>
      readonly optionalDependencies: Record<string, string>
    }
    for (const version of Object.values({ ...wanted.dependencies, ...wanted.optionalDependencies })) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/)
    }
    const workspace = readFileSync(join(benchFolder, '..', 'pnpm-workspace.yaml'), 'utf8')
    expect(workspace).not.toContain('bench/')
  })

  test('[BE19] what the servers of the limits import is of the workspace', () => {
    const folder = join(benchFolder, 'src', 'compare', 'servers')
    const strange = readdirSync(folder).flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8')
      const imported = [...text.matchAll(/from '([^.'][^']*)'/g)].map(([, name = '']) => name)
      return imported.filter((name) => name !== 'ws' && !name.startsWith('node:'))
    })
    expect(strange).toEqual([])
  })
})
