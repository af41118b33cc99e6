import { readFile } from 'node:fs/promises'
import { defaultLimits } from '@parley/relay'
import { expect, test } from 'vitest'
import { readAmount, showAmount } from './amounts.ts'
import { limitOptions, limitTable, serverDefaults } from './limit-options.ts'
import { readLimits } from './limits.ts'
import { parse } from './parse.ts'
import { expectWrong, folder, parley, secret } from './run.test-kit.ts'

function given(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const parsed = parse(['relay', ...args], environment)
  if (parsed.kind !== 'run') throw new Error('the command line is wrong')
  return readLimits(parsed.values)
}

test('[AR30] without an option every limit is as the relay has it', () => {
  const { limits, ...others } = given([])
  expect(defaultLimits).toMatchObject(limits)
  expect(others).toEqual(serverDefaults)
  expect(Object.keys({ ...limits, ...others })).toHaveLength(limitOptions.length)
})

test.for(limitOptions)(
  '[AR30] --$name is read by flag and by variable',
  ({ name, field, unit, least, most }) => {
    const variable = `PARLEY_${name.toUpperCase().replaceAll('-', '_')}`
    for (const amount of [least, most]) {
      const text = showAmount(unit, amount)
      for (const read of [given([`--${name}`, text]), given([], { [variable]: text })]) {
        expect({ ...read.limits, ...read }[field]).toBe(amount)
      }
    }
  },
)

test.for(limitOptions)('[AR31] --$name of 0, of nonsense, or out of range is said', async (option) => {
  const { name, unit, least, most } = option
  const range = `from ${showAmount(unit, least)} to ${showAmount(unit, most)}`
  const wrong = [
    '0',
    '1.5',
    '1e3',
    'many',
    '5KB',
    '5 MiB',
    String(2 * most),
    least > 1 ? String(least - 1) : '00',
  ]
  for (const text of wrong) {
    const start = ['relay', '--secret', secret, `--${name}=${text}`]
    await expectWrong(parley(start), 2, `--${name} must be a ${unit} ${range}`, `"${text}"`)
  }
})

test('[AR31] amounts are read as they are shown', () => {
  expect(['64', '64KiB', '3MiB', '2GiB', '3s', '3m'].map((text) => readAmount('size', text))).toEqual([
    64,
    65_536,
    3 * 1024 ** 2,
    2 * 1024 ** 3,
    undefined,
    undefined,
  ])
  expect(['3s', '2m', '1h', '5', '5KiB'].map((text) => readAmount('duration', text))).toEqual([
    3000,
    120_000,
    3_600_000,
    undefined,
    undefined,
  ])
  expect([showAmount('size', 1536), showAmount('size', 64 * 1024), showAmount('duration', 90_000)]).toEqual([
    '1536',
    '64KiB',
    '90s',
  ])
})

test('[AR32] the table of docs/limits.md is that of the options', async () => {
  const page = await readFile(new URL('../../../docs/limits.md', import.meta.url), 'utf8')
  expect(page).toContain(`\n${limitTable()}\n`)
})

test('[AR33] a relay runs with the limits it is given', async () => {
  const data = await folder()
  const run = parley(['relay', '--dev', '--port', '0', '--data', data, '--max-sockets', '1'])
  const port = /port=(\d+)/.exec(await run.says('relay-started'))?.[1] ?? ''
  const open = async (): Promise<string> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
      socket.addEventListener('open', () => {
        resolve('open')
      })
      socket.addEventListener('error', () => {
        resolve('refused')
      })
    })
  expect([await open(), await open()]).toEqual(['open', 'refused'])
  run.signal('SIGTERM')
  expect(await run.code).toBe(0)
})
