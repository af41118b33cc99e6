import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createTokenCheck } from '@parley/relay/node'
import { expect, onTestFinished, test } from 'vitest'
import { exitCodeTable, optionTable } from './help.ts'
import { commands } from './options.ts'
import { runParley } from './run.ts'
import type { StopSignal } from './world.ts'

const secret = 'a secret of 32 characters, or more'
const now = 1_800_000_000_000

interface Run {
  readonly code: Promise<number>
  readonly printed: () => string
  readonly complained: () => string
  readonly signal: (signal: StopSignal) => void
  /** What `exit` was called with. */
  readonly exits: readonly number[]
  /** Resolves when this has been printed. */
  readonly says: (text: string) => Promise<string>
}

function parley(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Run {
  let printed = ''
  let complained = ''
  const exits: number[] = []
  const listeners = new Set<(signal: StopSignal) => void>()
  const waiting = new Set<() => void>()
  const code = runParley({
    args,
    environment,
    version: '1.2.3',
    print(text) {
      printed += text
      for (const look of waiting) look()
    },
    complain(text) {
      complained += text
    },
    now: () => now,
    onSignal(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    exit: (at) => exits.push(at),
  })
  return {
    code,
    printed: () => printed,
    complained: () => complained,
    signal(signal) {
      for (const listener of listeners) listener(signal)
    },
    exits,
    async says(text) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (!printed.includes(text)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
      return printed
    },
  }
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'parley-command-'))
  onTestFinished(async () => {
    await rm(path, { recursive: true })
  })
  return path
}

/** Ends with this code, says this much, and prints nothing. */
async function expectWrong(run: Run, code: number, ...sentences: readonly string[]): Promise<void> {
  expect(await run.code).toBe(code)
  for (const sentence of sentences) expect(run.complained()).toContain(sentence)
  expect(run.complained()).toMatch(/^parley: .+\.\n$/)
  expect(run.printed()).toBe('')
}

test('[AR1] what is not known is said, with where to look', async () => {
  await expectWrong(parley([]), 2, 'which command', '--help')
  await expectWrong(parley(['fly']), 2, 'no command fly', '--help')
  await expectWrong(parley(['--port']), 2, 'option --port is unknown')
  await expectWrong(parley(['relay', '--prot', '1']), 2, 'parley relay has no option --prot')
  await expectWrong(parley(['check', '--port', '1']), 2, 'parley check has no option --port')
  await expectWrong(parley(['relay', '-p', '1']), 2, 'no option -p')
  await expectWrong(parley(['relay', 'now']), 2, '"now"')
  await expectWrong(parley(['relay', '--__proto__']), 2, 'no option --__proto__')
})

test('[AR2] a value that is missing, given twice or not wanted is said', async () => {
  await expectWrong(parley(['relay', '--port']), 2, '--port needs a value: --port <number>')
  await expectWrong(parley(['relay', '--port', '--dev']), 2, '--port needs a value')
  await expectWrong(parley(['relay', '--data=']), 2, '--data needs a value')
  await expectWrong(parley(['relay', '--port', '1', '--port', '2']), 2, '--port is given twice')
  await expectWrong(parley(['relay', '--dev=yes']), 2, '--dev takes no value')
})

test('[AR3] a flag wins over the environment, and the environment over the default', async () => {
  const token = async (args: readonly string[], environment = {}): Promise<number> => {
    const run = parley(['token', '--user', 'Tom', '--secret', secret, ...args], environment)
    expect(await run.code).toBe(0)
    const claims: unknown = JSON.parse(Buffer.from(run.printed().split('.')[1] ?? '', 'base64url').toString())
    return (claims as { readonly exp: number }).exp - now / 1000
  }
  expect(await token([])).toBe(86_400)
  expect(await token([], { PARLEY_EXPIRES: '2h' })).toBe(7_200)
  expect(await token(['--expires', '3m'], { PARLEY_EXPIRES: '2h' })).toBe(180)
  expect(await token([], { PARLEY_EXPIRES: '' })).toBe(86_400)
})

test('[AR3] a switch in the environment is on, off, or wrong', async () => {
  const data = await folder()
  const start = ['relay', '--port', '0', '--data', data]
  for (const [text, code] of [
    ['', 2],
    ['0', 2],
    ['false', 2],
  ] as const) {
    await expectWrong(parley(start, { PARLEY_DEV: text }), code, 'needs the secret')
  }
  await expectWrong(parley(start, { PARLEY_DEV: 'perhaps' }), 2, 'PARLEY_DEV must be 1 or true')
  const run = parley(start, { PARLEY_DEV: 'true' })
  expect(await run.says('relay-started')).toContain('dev=true')
  run.signal('SIGTERM')
  expect(await run.code).toBe(0)
})

test('[AR4] help names every command and every option, and the version is said', async () => {
  for (const args of [['--help'], ['-h'], ['help']]) {
    const run = parley(args)
    expect(await run.code).toBe(0)
    for (const { name, help } of commands) {
      expect(run.printed()).toContain(`parley ${name}`)
      expect(run.printed()).toContain(help)
    }
  }
  for (const { name, options } of commands) {
    const run = parley([name, '--help'])
    expect(await run.code).toBe(0)
    for (const option of options) {
      for (const part of [
        `--${option.name}`,
        option.variable,
        option.help,
        `default: ${option.fallbackText}`,
      ]) {
        expect(run.printed()).toContain(part)
      }
    }
  }
  const version = parley(['--version'])
  expect(await version.code).toBe(0)
  expect(version.printed()).toBe('parley 1.2.3\n')
})

test('[AR5] the tables of README.md are those of the command', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  for (const command of commands) expect(readme).toContain(`\n${optionTable(command)}\n`)
  expect(readme).toContain(`\n${exitCodeTable()}\n`)
})

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

test('[AR9] values that cannot be are said', async () => {
  const relay = (...args: readonly string[]): Run => parley(['relay', '--secret', secret, ...args])
  for (const port of ['65536', '-1', '1.5', 'http', '0x10', '000000']) {
    await expectWrong(relay(`--port=${port}`), 2, '0 to 65535', port)
  }
  for (const origin of [
    'chat.example',
    'https://chat.example/page',
    'ftp:',
    'null',
    'https://user@chat.example',
  ]) {
    await expectWrong(relay('--origin', origin), 2, 'An origin is', origin)
  }
  await expectWrong(relay('--log-level', 'loud'), 2, 'error, info or debug')
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

test('[AR11] a token is printed alone, and holds with the secret it was made with', async () => {
  const file = join(await folder(), 'secret')
  await writeFile(file, `${secret}\n`)
  const names = ['--issuer', 'login', '--audience', 'parley']
  const check = createTokenCheck({
    secret: new TextEncoder().encode(secret),
    issuer: 'login',
    audience: 'parley',
  })
  for (const from of [
    ['--secret', secret],
    ['--secret-file', file],
  ]) {
    const run = parley(['token', '--user', 'Tom', ...from, ...names])
    expect(await run.code).toBe(0)
    expect(run.printed()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect(await check(run.printed().trim(), now)).toMatchObject({ ok: true, user: 'Tom' })
    expect(run.complained()).toBe('')
  }
})

test('[AR12] for nobody, for ever or without a secret there is no token', async () => {
  const token = (...args: readonly string[]): Run => parley(['token', '--secret', secret, ...args])
  await expectWrong(token(), 2, '--user Tom')
  await expectWrong(token('--user', 'Tom Sawyer'), 2, 'Tom Sawyer', 'user id')
  for (const expires of ['0d', '1', 'd', '1w', '1.5h', '1000000000d', 'ever']) {
    await expectWrong(token('--user', 'Tom', '--expires', expires), 2, 'duration')
  }
  await expectWrong(parley(['token', '--user', 'Tom']), 2, '--secret-file', '--dev')
  await expectWrong(parley(['token', '--user', 'Tom', '--secret', 'short']), 2, '32')
  await expectWrong(token('--user', 'Tom', '--secret-file', '/nowhere'), 2, 'not both')
  await expectWrong(parley(['token', '--user', 'Tom', '--secret-file', '/nowhere']), 2, '/nowhere')
})

test('[AR13] with --dev a token is signed with what the relay keeps in its data', async () => {
  const data = await folder()
  await expectWrong(parley(['token', '--user', 'Tom', '--dev', '--data', data]), 2, 'no secret', data)
  const relay = parley(['relay', '--dev', '--port', '0', '--data', data])
  await relay.says('relay-started')
  const run = parley(['token', '--user', 'Tom', '--dev', '--data', data])
  expect(await run.code).toBe(0)
  const kept = (await readFile(join(data, 'dev-secret'), 'utf8')).trim()
  const check = createTokenCheck({ secret: new TextEncoder().encode(kept) })
  expect(await check(run.printed().trim(), now)).toMatchObject({ ok: true, user: 'Tom' })
  relay.signal('SIGTERM')
  await relay.code
  expect(relay.printed()).not.toContain(kept)
})

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
