import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { exitCodeTable, optionTable } from './help.ts'
import { commands } from './options.ts'
import { type Run, expectWrong, folder, now, parley, secret } from './run.test-kit.ts'

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
