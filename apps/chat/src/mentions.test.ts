import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { begunAt, mentionsIn, offersFor, partsOf } from './mentions.ts'

const members = ['Tom', 'Jerry', 'Jerry.M', 'mary-ann']

test('[AC28] a text mentions the members it names, each once, and everybody', () => {
  const named = (text: string) => mentionsIn(text, members).mentions
  expect(named('@Jerry, come! And @Tom and @Jerry')).toEqual(['Jerry', 'Tom'])
  expect(named('@Nobody, jerry@Tom, @jerry and mail@Tom.example')).toEqual([])
  expect(named('(@Tom)')).toEqual(['Tom'])
  expect(mentionsIn('@everybody: now', members)).toEqual({ mentions: [], mentionsAll: true })
  expect(mentionsIn('everybody', members).mentionsAll).toBe(false)
  // Somebody who is called so is meant alone.
  expect(mentionsIn('@everybody', ['everybody'])).toEqual({ mentions: ['everybody'], mentionsAll: false })
})

test('[AC28] what ends a sentence does not belong to the name, unless somebody is called so', () => {
  const named = (text: string) => mentionsIn(text, members).mentions
  expect(named('Ask @Jerry.')).toEqual(['Jerry'])
  expect(named('Ask @Jerry.M.')).toEqual(['Jerry.M'])
  expect(named('@mary-ann:')).toEqual(['mary-ann'])
  expect(named('@Jerrys')).toEqual([])
})

test('[AC28] the parts of a text are the text', () => {
  const pieces = fc.constantFrom('@Tom', '@Jerry.M', '@everybody', ' ', '.', 'x', '@', '\n', '🙂', 'Jerry')
  fc.assert(
    fc.property(fc.array(pieces), (some) => {
      const text = some.join('')
      const parts = partsOf(text, [...members, 'everybody'])
      expect(parts.map((part) => part.text).join('')).toBe(text)
      for (const part of parts) {
        expect(part.text).not.toBe('')
        expect([undefined, part.text]).toContain(part.mention === undefined ? undefined : `@${part.mention}`)
      }
    }),
  )
})

test('[AC28] a mention is begun by an @ that stands alone, and ends where no name goes on', () => {
  expect(begunAt('Hello @Je', 9)).toEqual({ start: 6, typed: 'Je' })
  expect(begunAt('@', 1)).toEqual({ start: 0, typed: '' })
  expect(begunAt('Hello @Je and', 13)).toBeUndefined()
  expect(begunAt('Hello @Je and', 9)).toEqual({ start: 6, typed: 'Je' })
  expect(begunAt('mail@Je', 7)).toBeUndefined()
  expect(begunAt('', 0)).toBeUndefined()
})

test('[AC28] offered are the names that begin so, then those that hold it, and everybody among several', () => {
  expect(offersFor('', ['Jerry', 'Mary'])).toEqual(['Jerry', 'Mary', 'everybody'])
  expect(offersFor('', ['Jerry'])).toEqual(['Jerry'])
  expect(offersFor('r', ['Jerry', 'Rosa', 'Tom'])).toEqual(['Rosa', 'Jerry', 'everybody'])
  expect(offersFor('MA', ['Jerry', 'Mary'])).toEqual(['Mary'])
  expect(offersFor('x', ['Jerry'])).toEqual([])
  expect(
    offersFor(
      '',
      Array.from({ length: 40 }, (_, index) => `p${index}`),
    ),
  ).toHaveLength(6)
})
