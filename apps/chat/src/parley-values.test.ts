import { expect, test } from 'vitest'
import { namesOf } from './parley-values.ts'

function called(name: string | null): string | undefined {
  const client = { profile: (id: string) => ({ id, name, icon: null, fields: {}, known: true }) }
  return namesOf(client, ['Tom'])['Tom']
}

test('[AC38] a name stands on one line and is not longer than names are', () => {
  expect(called('Tom Cat')).toBe('Tom Cat')
  expect(called('  Tom\n\n the\tCat ')).toBe('Tom the Cat')
  expect(called('😀'.repeat(80))).toBe('😀'.repeat(60))
})

test('[AC38] who says nothing of himself has no other name', () => {
  for (const name of [null, '', ' \n ']) expect(called(name)).toBeUndefined()
})
