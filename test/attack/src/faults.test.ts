import { type Check, protocolOrder, type Relay } from '@parley/relay'
import { createFaultyRelay, createTestRelay, type RelayFault, testUser } from '@parley/relay/testing'
import { expect, test } from 'vitest'
import type { ThemedAttack } from './attack.ts'
import { attacks } from './attacks.ts'
import { groundOf } from './ground-memory.ts'
import { type Result, tryAttack } from './trial.ts'

/** Those that need no port, and no relay's secret. */
const inMemory = attacks.filter(
  ({ expects, theme }) =>
    expects.parley !== undefined && !['tokens', 'http', 'frames', 'oversize', 'floods'].includes(theme),
)

const named = (...names: readonly string[]): readonly ThemedAttack[] => {
  const found = inMemory.filter(({ name }) => names.includes(name))
  if (found.length !== names.length) throw new Error(`not all of these are attacks: ${names.join(', ')}`)
  return found
}

async function tryAll(relay: Relay, list: readonly ThemedAttack[]): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const attack of list) results.push(await tryAttack(groundOf(relay), attack, 'parley'))
  return results
}

const fallen = (results: readonly Result[]): readonly string[] =>
  results
    .filter(({ faults }) => faults.length > 0)
    .map(({ attack, faults }) => `${attack}: ${faults.join('; ')}`)

test('[AT1] against a relay in order every attack that needs no network holds', async () => {
  expect(inMemory.length).toBeGreaterThan(150)
  expect(fallen(await tryAll(createTestRelay().relay, inMemory))).toEqual([])
})

const known: readonly (readonly [RelayFault, readonly string[]])[] = [
  ['gap-accepted', ['clock-gap', 'far-clock', 'last-clock']],
  ['kick-checked-once', ['write-after-removal']],
  ['mutes-ignored', ['write-while-muted', 'react-while-muted']],
  ['past-shown', ['hidden-past']],
  ['commands-forgotten', ['known-command-id']],
]

test.each(known)('[AT2] a relay with the bug %s is found: attacks fall', async (fault, names) => {
  const made = createTestRelay()
  const relay = createFaultyRelay(fault, {
    store: made.store,
    clock: made.clock,
    random: (count) => new Uint8Array(count),
    logger: { error: () => undefined, info: () => undefined, debug: () => undefined },
    authenticate: async (token) => ({ ok: true, user: testUser(token) }),
  })
  expect(fallen(await tryAll(relay, named(...names))).length).toBeGreaterThan(0)
})

/** Which attacks show that a check is missing. */
const needed: readonly (readonly [Check['name'], readonly string[]])[] = [
  ['append', ['collected-of-tom']],
  ['relay-range', ['relay-client']],
  ['stranger', ['write-as-a-stranger']],
  ['known-clock', ['squatted-client', 'own-clock-other-bytes']],
  ['gap', ['clock-gap']],
  ['known-id', ['taken-id', 'own-id-other-bytes']],
  ['membership', ['write-elsewhere-after-removal']],
  ['page', ['page-of-tomorrow']],
  ['content', ['prototype-attribute', 'unknown-key']],
  ['rules', ['forged-author', 'recall-toms']],
  ['origin', ['origin-of-nobody']],
]

test('[AT3] every check of the relay is known here', () => {
  expect(needed.map(([name]) => name).toSorted()).toEqual(protocolOrder.map(({ name }) => name).toSorted())
})

test.each(needed)('[AT3] a relay without the check "%s" is found', async (name, names) => {
  const checks = protocolOrder.filter((check) => check.name !== name)
  const { relay } = createTestRelay({ seams: { checks } })
  expect(fallen(await tryAll(relay, named(...names))).length).toBeGreaterThan(0)
})
