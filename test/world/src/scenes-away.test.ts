/** What moved while somebody was away, over the relay's own code: one event with the difference, and who owns it now. */
import type { ListChanges } from '@parley/client/engine'
import { type Command, type ConversationId, forever } from '@parley/document'
import { expect, test } from 'vitest'
import { command, create, running } from './deeds.ts'
import type { Device } from './device.ts'
import { openStage, sayMany, type Stage, verdict } from './stage.ts'

interface Away extends Stage {
  readonly group: ConversationId
}

/** Jerry has been in Tom's group, and is away now. */
async function jerryIsAway(): Promise<Away> {
  const stage = await openStage()
  const { world, tom, jerry } = stage
  const made = create(world, tom, { unique: false, members: [jerry.user], name: 'group' })
  await world.run(2000)
  if (made?.confirmed !== true) throw new Error('the conversation was not made')
  jerry.setOnline(false, true)
  world.journal.heard.splice(0)
  return { ...stage, group: made.conversation }
}

async function done({ world, tom, group }: Away, op: Command): Promise<void> {
  const deed = command(world, tom, group, op)
  await world.run(1500)
  expect(deed?.confirmed).toBe(true)
}

function differences({ world, group }: Away, { name }: Device): readonly ListChanges[] {
  return world.journal.heard.flatMap(({ device, event }) =>
    device === name && event.type === 'moved' && event.conversation === group ? [event.changes] : [],
  )
}

test('[CL341] [CL342] [RE129] more than comes as rows is told as one difference, once, over restarts', async () => {
  const away = await jerryIsAway()
  const { world, tom, jerry, group } = away
  sayMany(world, tom, group, 100)
  await world.run(3000)
  await done(away, { op: 'update', name: 'another', set: { topic: 'food' } })
  await done(away, { op: 'role', members: [jerry.user], role: 'manager' })
  await done(away, { op: 'mute', members: [jerry.user], forMs: null })
  jerry.setOnline(true, true)
  await world.run(5000)
  const [changes, ...more] = differences(away, jerry)
  expect(more).toEqual([])
  expect(Object.keys(changes ?? {})).toEqual(['name', 'role', 'mutedUntil', 'updatedAt', 'lastMessageAt'])
  const now = running(jerry)?.engine.conversation(group)
  expect(changes).toMatchObject({
    name: { from: 'group', to: 'another' },
    role: { from: 'member', to: 'manager' },
    mutedUntil: { from: 0, to: forever },
    updatedAt: { to: now?.updatedAt },
    lastMessageAt: { to: now?.lastMessageAt },
  })
  for (let restarts = 0; restarts < 2; restarts += 1) {
    jerry.crash()
    jerry.start()
    await world.run(5000)
  }
  expect(differences(away, jerry)).toHaveLength(1)
  expect(running(jerry)?.engine.conversation(group)).toMatchObject({ name: 'another', role: 'manager' })
  expect(await verdict(world)).toEqual([])
})

test('[CL330] [DO56] who owns it now is told to who was away, though he has not looked at who is there', async () => {
  const away = await jerryIsAway()
  const { world, jerry, group } = away
  jerry.crash()
  await done(away, { op: 'quit' })
  jerry.start()
  jerry.setOnline(true, true)
  await world.run(5000)
  const roles = world.journal.heard.flatMap(({ device, event }) =>
    device === jerry.name && event.type === 'changed' && event.conversation === group ? [event] : [],
  )
  expect(roles).toMatchObject([
    { change: { op: 'role', by: away.tom.user, members: [jerry.user], role: 'owner' }, replayed: true },
  ])
  expect(running(jerry)?.engine.conversation(group)?.role).toBe('owner')
  expect(await verdict(world)).toEqual([])
})
