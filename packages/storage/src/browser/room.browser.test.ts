import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { servePages } from './page.test-server.ts'

test('[ST42] a batch there is no room for is answered quota, and the owner goes on', async () => {
  // A site of its own, since the browser remembers for a while how much room a site has.
  const small = await servePages()
  try {
    const tab = await small.open({ path: '/sandboxed' })
    const devtools = await small.chromium.context.newCDPSession(tab)
    await devtools.send('Storage.overrideQuotaForOrigin', { origin: small.origin, quotaSize: 3_000_000 })
    await tab.goto(small.origin)
    const seen = await tab.evaluate(async () => {
      const store = kit.createIndexedDbStore({
        name: 'small',
        layout: { format: 1, tables: ['rows', 'others'] },
      })
      const owner = await store.open()
      const heard = kit.losses(owner)
      const answers: string[] = []
      for (let n = 0; n < 12; n++) {
        // Bytes that do not compress.
        const bytes = crypto.getRandomValues(new Uint8Array(65_536))
        const value = Array.from({ length: 7 }, () => bytes.slice())
        answers.push(
          await kit.failure(
            owner.commit({
              durability: n % 2 === 0 ? 'strict' : 'relaxed',
              puts: [
                { table: 'rows', key: [n], value },
                { table: 'others', key: [n], value: n },
              ],
            }),
          ),
        )
      }
      const kept = [await kit.keys(owner), await kit.keys(owner, 'others')]
      const removal = await kit.failure(
        owner.commit({ durability: 'strict', removePrefixes: [{ table: 'rows', prefix: [] }] }),
      )
      return { answers, kept, removal, left: await kit.keys(owner), heard }
    })
    const kept = seen.answers.flatMap((answer, n) => (answer === 'no failure' ? [String(n)] : [])).join(' ')
    expect(new Set(seen.answers)).toEqual(new Set(['no failure', 'quota']))
    expect(seen.kept).toEqual([kept, kept])
    expect(seen).toMatchObject({ removal: 'no failure', left: '', heard: [] })
  } finally {
    await small.dispose()
  }
})

test('[ST51] after a kill of the browser, what was answered is there, and nothing in parts', async () => {
  const profile = mkdtempSync(join(tmpdir(), 'parley-killed-'))
  try {
    const before = await servePages({ profile })
    const port = Number(new URL(before.origin).port)
    const tab = await before.open()
    const answered: number[] = []
    await tab.exposeFunction('answered', (n: number) => answered.push(n))
    const devtools = await before.chromium.context.browser()?.newBrowserCDPSession()
    const processes = (await devtools?.send('SystemInfo.getProcessInfo'))?.processInfo
    const browser = processes?.find(({ type }) => type === 'browser')?.id
    if (browser === undefined) throw new Error('The browser does not name its process.')
    const writing = tab.evaluate(async () => {
      const store = kit.createIndexedDbStore({
        name: 'killed',
        layout: { format: 1, tables: ['rows', 'others'] },
      })
      const owner = await store.open()
      for (let n = 1; ; n++) {
        const rows = Array.from({ length: 20 }, (_, index) => ({
          table: 'rows',
          key: [n, index],
          value: new Uint8Array(500),
        }))
        await owner.commit({
          durability: n % 2 === 0 ? 'strict' : 'relaxed',
          puts: [...rows, { table: 'others', key: [n], value: n }],
        })
        await (globalThis as unknown as { answered: (n: number) => Promise<void> }).answered(n)
      }
    })
    const ended = writing.then(
      () => 'went on',
      (error: unknown) => String(error),
    )
    await expect.poll(() => answered.length).toBeGreaterThan(20)
    process.kill(browser, 'SIGKILL')
    expect(await ended).toMatch(/closed/)
    await before.dispose()

    const after = await servePages({ profile, port })
    const counts = await (
      await after.open()
    ).evaluate(async () => {
      const store = kit.createIndexedDbStore({
        name: 'killed',
        layout: { format: 1, tables: ['rows', 'others'] },
      })
      const owner = await store.open()
      const rows = await kit.keys(owner)
      const others = await kit.keys(owner, 'others')
      return { rows: rows.split(' ').length, others: others.split(' ').map(Number) }
    })
    await after.dispose()
    expect(counts.others).toEqual(Array.from({ length: counts.others.length }, (_, index) => index + 1))
    expect(counts.others.length).toBeGreaterThanOrEqual(answered.length)
    expect(counts.rows).toBe(20 * counts.others.length)
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 })
  }
})
