import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { type Run, expectWrong, folder, parley, secret } from './run.test-kit.ts'

test('[AR6] a relay runs until a signal asks it to stop', async () => {
  const data = await folder()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const run = parley(['relay', '--port', '0', '--data', data, '--secret', secret])
    const line = await run.says('relay-started')
    const port = /port=(\d+)/.exec(line)?.[1] ?? ''
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
    run.signal(signal)
    expect(await run.code).toBe(0)
    expect(run.printed()).toContain('relay-stopped')
    expect(run.exits).toEqual([])
    await expect(fetch(`http://127.0.0.1:${port}/readyz`)).rejects.toThrow('fetch failed')
  }
})

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('[AR7] a second signal ends it at once: %s', async (signal, code) => {
  const run = parley(['relay', '--port', '0', '--data', await folder(), '--secret', secret])
  await run.says('relay-started')
  run.signal('SIGTERM')
  run.signal(signal)
  expect(run.exits).toEqual([code])
  await run.code
})

test('[AR8] what keeps a relay from starting has a sentence and a code of its own', async () => {
  const parent = await folder()
  await writeFile(join(parent, 'file'), '')
  const running = parley(['relay', '--port', '0', '--data', join(parent, 'data'), '--secret', secret])
  const port = /port=(\d+)/.exec(await running.says('relay-started'))?.[1] ?? ''
  const relay = (...args: readonly string[]): Run => parley(['relay', '--secret', secret, ...args])
  const fresh = join(parent, 'fresh')
  await expectWrong(parley(['relay', '--data', fresh]), 2, '--secret-file')
  await expectWrong(parley(['relay', '--dev', '--host', '0.0.0.0', '--data', fresh]), 2, '0.0.0.0')
  await expectWrong(relay('--page', parent, '--data', fresh), 2, parent)
  await expectWrong(relay('--port', port, '--data', fresh), 3, `Port ${port}`, '--port')
  await expectWrong(relay('--port', '0', '--host', '192.0.2.1', '--data', fresh), 3, '192.0.2.1')
  await expectWrong(relay('--port', '0', '--data', join(parent, 'file')), 4, 'cannot be written')
  await expectWrong(relay('--port', '0', '--data', parent), 5, 'something that is not')
  await expectWrong(relay('--port', '0', '--data', join(parent, 'data')), 7, 'Another relay')
  running.signal('SIGTERM')
  await running.code
  const database = new DatabaseSync(join(parent, 'data', 'relay.sqlite'))
  database.exec('PRAGMA user_version = 1000')
  database.close()
  await expectWrong(relay('--port', '0', '--data', join(parent, 'data')), 6, 'newer version')
})

test('[AR10] several origins may be named, by flags or in the environment', async () => {
  const args = ['relay', '--port', '0', '--secret', secret, '--data']
  for (const run of [
    parley([...args, await folder(), '--origin', 'https://a.example', '--origin', 'https://b.example/']),
    parley([...args, await folder()], { PARLEY_ORIGIN: 'https://a.example, https://b.example' }),
  ]) {
    const port = /port=(\d+)/.exec(await run.says('relay-started'))?.[1] ?? ''
    const status = async (origin: string): Promise<number> =>
      (await fetch(`http://127.0.0.1:${port}/healthz`, { headers: { Origin: origin } })).status
    expect(await status('https://a.example')).toBe(200)
    expect(await status('https://b.example')).toBe(200)
    expect(await status('https://c.example')).toBe(403)
    run.signal('SIGTERM')
    await run.code
  }
})
