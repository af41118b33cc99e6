import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LogLevel, createLineLogger, describeError } from './server-log.ts'

function lines(level: LogLevel): {
  readonly written: string[]
  readonly log: ReturnType<typeof createLineLogger>
} {
  const written: string[] = []
  const log = createLineLogger(
    level,
    (line) => {
      written.push(line)
    },
    () => 1_700_000_000_000,
  )
  return { written, log }
}

test('[RE121] an event is one line: time, level, event, facts', () => {
  const { written, log } = lines('debug')
  log.info('session-failed', {
    session: 7,
    user: 'Tom',
    code: 'bad-token',
    detail: 'The token "x".',
    at: undefined,
  })
  log.error('store', { error: new Error('no room', { cause: new TypeError('disk') }) })
  expect(written).toEqual([
    '2023-11-14T22:13:20.000Z info session-failed session=7 user=Tom code=bad-token detail="The token \\"x\\"." at=undefined\n',
    '2023-11-14T22:13:20.000Z error store error="Error: no room (TypeError: disk)"\n',
  ])
})

test('[RE121] a level says what is worth saying', () => {
  for (const [level, count] of [
    ['error', 1],
    ['info', 2],
    ['debug', 3],
  ] as const) {
    const { written, log } = lines(level)
    log.error('a')
    log.info('b')
    log.debug('c')
    expect(written).toHaveLength(count)
  }
})

test('[RE121] whatever is said, it stays one line of visible characters', () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.anything())
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.dictionary(fc.constantFrom('a', 'b'), value),
      (event, facts) => {
        const { written, log } = lines('info')
        log.info(event, facts)
        expect(written).toHaveLength(1)
        expect(written[0]?.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u)
        expect(written[0]?.endsWith('\n')).toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})

test('[RE121] what was thrown need not be an error', () => {
  expect(describeError('text')).toBe('text')
  expect(describeError(undefined)).toBe('undefined')
})
