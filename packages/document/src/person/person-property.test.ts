/** Whatever people do, in whatever order: what always holds of their rows. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from '../entry/entry.ts'
import type { UserId } from '../ids.ts'
import { judgePerson } from './judge-person.ts'
import { personNeeds } from './needs.ts'
import { parsePersonCommand } from './parse-command.ts'
import { parsePersonRow } from './parse-values.ts'
import { createPeopleStage, type PeopleStage, userOf } from './person.test-kit.ts'
import type { PersonChange, PersonCommand, PersonVerdict } from './person.ts'

const people = ['Tom', 'Mary', 'Eve']
const who = fc.constantFrom(...people)
const some = fc.uniqueArray(who, { minLength: 1 })
const where = fc.constantFrom('c', 'd')
const number = fc.nat(4)
const command: fc.Arbitrary<object> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('contact'), user: who, act: acts() }) },
  fc.record({
    op: fc.constant('profile'),
    set: fc.record({
      name: fc.option(fc.constantFrom('a', 'b')),
      fields: fc.dictionary(where, fc.option(number)),
    }),
  }),
  fc.record(
    {
      op: fc.constant('setting'),
      conversation: where,
      pinned: fc.boolean(),
      muted: fc.boolean(),
      hidden: fc.option(number),
      cleared: number,
      read: fc.record({ seq: number, total: number, mine: number, stamp: number }),
    },
    { requiredKeys: ['op', 'conversation', 'pinned'] },
  ),
  fc.record({ op: fc.constantFrom('block', 'unblock'), users: some }),
  fc.record({
    op: fc.constantFrom('refuse', 'admit'),
    conversations: fc.uniqueArray(where, { minLength: 1 }),
  }),
)
const steps = fc.array(fc.tuple(who, command), { maxLength: 40 })

function acts(): fc.Arbitrary<string> {
  return fc.constantFrom('request', 'request', 'accept', 'decline', 'remove', 'remark')
}

function parsed(given: object): PersonCommand {
  const read = parsePersonCommand(given)
  if (!read.ok) throw new Error(read.detail)
  return read.command
}

function stateOf(stage: PeopleStage, owner: string, user: string): unknown {
  return stage.read(owner, 'contact', user)?.['state']
}

function changesOf(verdict: PersonVerdict): readonly PersonChange[] {
  return verdict.accepted ? verdict.changes : []
}

/** Pairs of people whose rows about one another do not go together. */
function strangePairs(stage: PeopleStage): readonly string[] {
  const pairs = people.flatMap((owner) => people.map((user) => [owner, user] as const))
  return pairs
    .filter(([owner, user]) => {
      const [mine, theirs] = [stateOf(stage, owner, user), stateOf(stage, user, owner)]
      if (mine === undefined) return false
      if (stage.read(owner, 'block', user) !== undefined) return true
      if (mine === 'contact') return theirs !== 'contact'
      if (mine === 'incoming') return theirs !== 'outgoing'
      // Two who wait for each other have found each other.
      return theirs !== undefined && theirs !== 'incoming'
    })
    .map(([owner, user]) => `${owner} and ${user}`)
}

test('[DO115] nobody writes into rows of others but into what they have about himself', () => {
  fc.assert(
    fc.property(steps, (done) => {
      const stage = createPeopleStage()
      for (const [by, given] of done) {
        const foreign = changesOf(stage.run(by, given)).filter(({ owner }) => owner !== by)
        expect(foreign.filter(({ kind, key }) => kind !== 'contact' || key !== by)).toEqual([])
      }
    }),
  )
})

test('[DO115] every row that comes of it can be read, and every change changes something', () => {
  fc.assert(
    fc.property(steps, (done) => {
      const stage = createPeopleStage()
      for (const [index, [by, given]] of done.entries()) {
        stage.time = 1000 + index
        const before = new Map(stage.rows)
        for (const { owner, kind, key, value } of changesOf(stage.run(by, given))) {
          expect(value ?? undefined).not.toEqual(before.get(`${owner}/${kind}/${key}`))
          expect(parsePersonRow(kind, key, value)).toEqual({ ok: true, row: { kind, key, value } })
        }
      }
    }),
  )
})

test('[DO121] [DO126] who is a contact is one on both sides, and has blocked nobody of the two', () => {
  fc.assert(
    fc.property(steps, (done) => {
      const stage = createPeopleStage()
      for (const [by, given] of done) {
        stage.run(by, given)
        expect(strangePairs(stage)).toEqual([])
      }
    }),
    { numRuns: 500 },
  )
})

test('[DO128] judging reads what it was said to need, and nothing else', () => {
  fc.assert(
    fc.property(steps, who, command, (done, actor, last) => {
      const stage = createPeopleStage()
      for (const [by, given] of done) stage.run(by, given)
      const by = userOf(actor)
      const needs = personNeeds(by, parsed(last))
      const rows = new Map<string, JsonObject | undefined>()
      for (const { owner, kind, key } of needs.rows)
        rows.set(`${owner}/${kind}/${key}`, stage.read(owner, kind, key))
      const counts = new Set(needs.counts.map(({ owner, group }) => `${owner}/${group}`))
      const known = <Found>(found: Found, has: boolean, what: string): Found => {
        if (!has) throw new Error(`${what} was not announced`)
        return found
      }
      const verdict = judgePerson(parsed(last), {
        by,
        time: 9000,
        read: (owner: UserId, kind, key) => {
          const name = `${owner}/${kind}/${key}`
          return known(rows.get(name), rows.has(name), name)
        },
        count: (owner, group) => known(0, counts.has(`${owner}/${group}`), group),
        othersKnown: true,
      })
      for (const { owner, kind, key } of changesOf(verdict))
        expect(rows.has(`${owner}/${kind}/${key}`)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('[DO125] a device never refuses what the relay accepts, as long as its own rows are those of the relay', () => {
  fc.assert(
    fc.property(steps, who, command, (done, by, last) => {
      const relay = createPeopleStage()
      for (const [other, given] of done) relay.run(other, given)
      const device = createPeopleStage(false)
      for (const [key, value] of relay.rows) {
        const [owner, kind, name] = key.split('/')
        const row = parsePersonRow(kind, name, value)
        if (owner === by && row.ok) device.put(owner, row.row.kind, row.row.key, value)
      }
      const [there, here] = [relay.run(by, last), device.run(by, last)]
      expect(here.accepted || !there.accepted).toBe(true)
      expect(changesOf(here).filter(({ owner }) => owner !== by)).toEqual([])
    }),
    { numRuns: 500 },
  )
})
