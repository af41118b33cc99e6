/** What people do: talk, take back, read, invite, leave. */
import { everybody } from '@parley/document'
import type { ConversationId, EntryId } from '@parley/document'
import {
  command,
  create,
  draft,
  edit,
  giveUp,
  open,
  react,
  read,
  running,
  say,
  takeBack,
  tryAgain,
} from './deeds.ts'
import type { Device } from './device.ts'
import { type Action, anyOf, someDevice, somewhere } from './life-action.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

export const peopleActions: readonly Action[] = [
  {
    name: 'say',
    weight: 30,
    run: (world, random) =>
      somewhere(world, random, (device, id) => {
        const receipt = world.settings.features.has('receipts') && random.chance(0.3)
        say(world, device, id, { receipt })
      }),
  },
  {
    name: 'say much',
    weight: 5,
    run: (world, random) =>
      somewhere(world, random, (device, id) => {
        for (let count = random.between(2, 9); count > 0; count -= 1) say(world, device, id)
      }),
  },
  {
    name: 'recall',
    weight: 7,
    needs: 'recalls',
    run: (world, random) =>
      somewhere(world, random, (device, id) => {
        const target = ownMessage(world, random, device, id)
        if (target !== undefined) takeBack(world, device, id, target)
      }),
  },
  {
    name: "recall somebody else's",
    weight: 2,
    needs: 'recalls',
    run: (world, random) =>
      somewhere(world, random, (device, id) => {
        const target = foreignMessage(world, random, device, id)
        if (target === undefined) return
        world.counters.add('foreignRecalls')
        takeBack(world, device, id, target)
      }),
  },
  {
    name: 'mention',
    weight: 4,
    needs: 'mentions',
    run: (world, random) =>
      somewhere(world, random, (device, id) =>
        say(world, device, id, {
          mentions: [random.chance(0.3) ? everybody : random.pick(world.users)],
        }),
      ),
  },
  {
    name: 'edit',
    weight: 8,
    needs: 'edits',
    run: (world, random) =>
      somewhere(world, random, (device, id) => {
        const target = ownMessage(world, random, device, id)
        if (target === undefined) return
        if (world.journal.deeds.some((deed) => deed.kind === 'edit' && deed.target === target))
          world.counters.add('editsOfEdits')
        edit(world, device, id, target)
      }),
  },
  {
    name: "edit somebody else's",
    weight: 1,
    needs: 'edits',
    run: (world, random) =>
      somewhere(world, random, (device, id) => {
        const target = foreignMessage(world, random, device, id)
        if (target === undefined) return
        world.counters.add('foreignEdits')
        edit(world, device, id, target)
      }),
  },
  {
    name: 'react',
    weight: 8,
    needs: 'reactions',
    run: (world, random) =>
      somewhere(world, random, (device, id) => {
        const look = random.chance(0.3) ? ownMessage : foreignMessage
        const target = look(world, random, device, id)
        if (target === undefined) return
        react(world, device, id, { target, sign: random.pick(['👍', '🎉']), on: random.chance(0.7) })
      }),
  },
  {
    name: 'open',
    weight: 5,
    run: (world, random) => somewhere(world, random, (device, id) => open(device, id, random.between(1, 30))),
  },
  {
    name: 'read',
    weight: 4,
    run: (world, random) =>
      somewhere(world, random, (device, id) => {
        if (world.settings.privateDeeds) read(world, device, id)
      }),
  },
  {
    name: 'draft',
    weight: 3,
    run: (world, random) =>
      somewhere(world, random, (device, id) => {
        if (world.settings.privateDeeds)
          draft(world, device, id, random.chance(0.3) ? '' : `draft ${random.below(1000)}`)
      }),
  },
  {
    name: 'look into unsent',
    weight: 3,
    run(world, random) {
      const device = someDevice(world, random)
      if (device === undefined) return
      const item = anyOf(
        random,
        running(device)
          ?.engine.unsent()
          .filter(({ state }) => state === 'refused') ?? [],
      )
      if (item === undefined) return
      if (random.chance(0.5)) tryAgain(world, device, item.id)
      else giveUp(world, device, item.id)
    },
  },
  { name: 'create', weight: 4, run: (world, random) => createSome(world, random, false) },
  { name: 'create unique', weight: 4, run: (world, random) => createSome(world, random, true) },
  {
    name: 'add',
    weight: 4,
    needs: 'members',
    run: (world, random) =>
      somewhere(world, random, (device, id) =>
        command(world, device, id, { op: 'add', members: [random.pick(world.users)] }),
      ),
  },
  {
    name: 'remove',
    weight: 3,
    needs: 'members',
    run: (world, random) =>
      somewhere(world, random, (device, id) =>
        command(world, device, id, { op: 'remove', members: [random.pick(world.users)] }),
      ),
  },
  {
    name: 'join',
    weight: 3,
    needs: 'members',
    run(world, random) {
      const device = someDevice(world, random)
      const id = anyOf(random, [...world.journal.conversations])
      if (device !== undefined && id !== undefined) command(world, device, id, { op: 'join' })
    },
  },
  {
    name: 'quit',
    weight: 2,
    needs: 'members',
    run: (world, random) =>
      somewhere(world, random, (device, id) => command(world, device, id, { op: 'quit' })),
  },
]

function createSome(world: World, random: Random, unique: boolean): void {
  const device = someDevice(world, random)
  if (device === undefined) return
  const others = world.users.filter((user) => user !== device.user)
  const members = others.filter(() => random.chance(0.7))
  const kind = unique && random.chance(0.3) ? 'direct' : 'group'
  const first = random.pick(others)
  if (kind === 'direct') create(world, device, { kind, unique, members: [first] })
  else
    create(world, device, {
      unique,
      members: members.length === 0 ? [first] : members,
      name: `n${random.below(100)}`,
    })
}

/** One of his messages there: what he wrote just now as often as something old. */
function ownMessage(world: World, random: Random, device: Device, id: ConversationId): EntryId | undefined {
  const own = world.journal.deeds.flatMap((deed) =>
    deed.kind === 'message' && deed.user === device.user && deed.conversation === id && deed.id !== null
      ? [deed.id]
      : [],
  )
  return random.chance(0.5) ? own.at(-1) : anyOf(random, own)
}

function foreignMessage(
  world: World,
  random: Random,
  device: Device,
  id: ConversationId,
): EntryId | undefined {
  const others = world.journal.deeds.flatMap((deed) =>
    deed.kind === 'message' && deed.user !== device.user && deed.conversation === id && deed.id !== null
      ? [deed.id]
      : [],
  )
  return anyOf(random, others)
}
