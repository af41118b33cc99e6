import { expect, test } from 'vitest'
import { type File, trackedFiles } from './files.ts'
import { rulesOf } from './rules.ts'
import { attacksOf, promisesOf, unkept, unknownProofs } from './threats.ts'

const only = (path: RegExp): File => {
  const [file] = trackedFiles(path)
  if (file === undefined) throw new Error(`nothing is called ${String(path)}`)
  return file
}

const page = only(/^THREAT-MODEL\.md$/)
const rules = trackedFiles(/(^|\/)SPEC\.md$/).flatMap(rulesOf)
const attacks = attacksOf(only(/^test\/attack\/README\.md$/))

test('[RP24] every promise of the threat model names a rule or an attack, and all that it names exist', () => {
  expect(promisesOf(page).length).toBeGreaterThan(30)
  expect(attacks.length).toBeGreaterThan(200)
  expect(unkept(page)).toEqual([])
  expect(unknownProofs(page, rules, attacks)).toEqual([])
})

test('[RP24] a promise that nothing keeps, and a proof that is not there, are found', () => {
  const text = [
    '| promise | kept by |',
    '| --- | --- |',
    '| One | RE1 `clock-gap` |',
    '| Two | hope |',
    '| Three | RE2 `no-such` |',
    '| Four |  |',
    '',
  ].join('\n')
  const made = { path: 'THREAT-MODEL.md', text }
  expect(unkept(made)).toEqual(['nothing keeps: Two', 'nothing keeps: Four'])
  expect(unknownProofs(made, [{ id: 'RE1', path: '' }], ['clock-gap'])).toEqual([
    'RE2 does not exist',
    'no-such does not exist',
  ])
})
