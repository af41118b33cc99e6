import { makeConversationId } from '@parley/document'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MemoryDisk } from './memory-store.ts'
import { createPen } from './testing/pen.ts'
import { said } from './testing/person-calls.ts'
import { testConversationId, testUser } from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'
import { noUsage } from './usage-store.ts'

const conversation = testConversationId(1)

test('[RE241] [RE242] [RE245] whatever is written and taken back, what is counted is what is stored', async () => {
  const step = fc.record({
    what: fc.constantFrom('text', 'edit', 'recall', 'react', 'name', 'profile', 'add', 'remove', 'create'),
    size: fc.integer({ min: 1, max: 300 }),
  })
  let refusals = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const { disk, tom: device, faults } = await createTestLunch({ limits: { maxUserBytes: 3000 } })
      const pen = createPen({ user: testUser('Tom'), client: 7 })
      const messages = [pen.text('first')]
      await pushed(device, conversation, 1, messages[0]?.update ?? new Uint8Array())
      for (const [index, { what, size }] of steps.entries()) {
        const target = messages[size % messages.length]?.id
        if (target === undefined) throw new Error('there is a first message')
        const { clock, origin } = pen
        const entry =
          what === 'text'
            ? pen.text('x'.repeat(size))
            : what === 'edit'
              ? pen.edit(target, 'x'.repeat(size))
              : what === 'recall'
                ? pen.recall(target)
                : what === 'react'
                  ? pen.react(target, '👍')
                  : undefined
        if (entry !== undefined) {
          const [verdict] = await pushed(device, conversation, 1, entry.update)
          if (verdict?.class === 'accepted') {
            if (what === 'text') messages.push(entry)
          } else {
            refusals += 1
            pen.clock = clock
            pen.origin = origin
          }
        } else if (what === 'name')
          await commanded(device, conversation, { op: 'update', name: 'n'.repeat(size % 100) })
        else if (what === 'profile')
          await said(device, { op: 'profile', set: { name: 'p'.repeat(1 + (size % 50)) } })
        else if (what === 'create') await commanded(device, idOf(index), creation('Mary'))
        else await commanded(device, conversation, { op: what, members: ['Ada'] })
      }
      expectCounted(disk)
      expect(faults).toEqual([])
    }),
    { numRuns: 60 },
  )
  expect(refusals).toBeGreaterThan(20)
})

function idOf(number: number): string {
  const chance = new Uint8Array(16)
  new DataView(chance.buffer).setUint32(8, number + 1)
  return makeConversationId(chance)
}

/** By the rows alone. */
function expectCounted(disk: MemoryDisk): void {
  const counted = new Map<string, { created: number; joined: number; bytes: number }>()
  const of = (user: string) => {
    const known = counted.get(user) ?? { created: 0, joined: 0, bytes: 0 }
    counted.set(user, known)
    return known
  }
  for (const { record, rows, members } of disk.conversations.values()) {
    let bytes = 0
    for (const { author, update, change } of rows) {
      bytes += update.length + (change?.length ?? 0)
      if (author !== '') of(author).bytes += update.length + (change?.length ?? 0)
    }
    expect(record.bytes).toBe(bytes)
    of(record.creator).created += 1
    for (const { user, role } of members.values()) if (role !== '') of(user).joined += 1
  }
  for (const { user, outcome } of disk.commands.values()) of(user).bytes += outcome.length
  for (const [owner, rows] of disk.people)
    for (const { kind, value } of rows.values()) if (kind === 'profile') of(owner).bytes += value?.length ?? 0
  const nothing = { created: 0, joined: 0, bytes: 0 }
  for (const user of new Set([...counted.keys(), ...disk.usage.keys()]))
    expect(disk.usage.get(testUser(user)) ?? noUsage(testUser(user))).toEqual({
      user,
      ...(counted.get(user) ?? nothing),
    })
}
