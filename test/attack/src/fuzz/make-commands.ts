/** Commands, changes, outcomes and rows of people, as plain values that a parser takes. */
import { conversations, type Json, json, maybe, object, some, users, whole } from './make-values.ts'
import type { Random } from './random.ts'

type Fields = { readonly [key: string]: Json | undefined }

const audiences = ['members', 'managers', 'owner'] as const
const rights = ['invite', 'update', 'speak', 'remove', 'mute', 'block', 'roles'] as const
const paths = ['a', 'a.b', 'seat.row', '1.2'] as const
const codes = ['not-found', 'not-allowed', 'removed', 'blocked', 'too-large', 'declined'] as const

const members = (random: Random): Json => some(random, users, 4)
const count = (random: Random): number => Math.max(1, whole(random))
const name = (random: Random): Json => random.pick([null, 'Lunch', '', 'x'.repeat(200)])
const icon = (random: Random): string => random.pick(['https://a.example/b.png', '', 'x'.repeat(1000)])
const role = (random: Random): Json => random.pick(['manager', 'member'])

function policy(random: Random): Json {
  const given: Record<string, Json> = {}
  for (const right of rights) if (random.once(3)) given[right] = random.pick(audiences)
  if (random.once(3)) given['join'] = random.pick(['anyone', 'invited'])
  if (random.once(3)) given['past'] = random.pick(['shown', 'hidden'])
  return given
}

function creation(random: Random): Fields {
  return {
    kind: random.pick(['group', 'direct']),
    unique: random.once(2),
    members: members(random),
    name: name(random),
    attributes: object(random),
    icon: maybe(random, () => icon(random)),
    policy: maybe(random, () => policy(random)),
  }
}

function details(random: Random): Fields {
  return {
    name: maybe(random, () => name(random)),
    icon: maybe(random, () => (random.once(2) ? null : icon(random))),
    set: maybe(random, () => ({ [random.pick(paths)]: json(random, 3) })),
    unset: maybe(random, () => some(random, paths, 3)),
    policy: maybe(random, () => policy(random)),
  }
}

export function command(random: Random): Json {
  const op = random.pick([
    'create',
    'add',
    'remove',
    'join',
    'quit',
    'update',
    'role',
    'mute',
    'unmute',
    'block',
    'unblock',
  ])
  if (op === 'create') return { op, ...creation(random) }
  if (op === 'update') return { op, ...details(random) }
  if (op === 'join' || op === 'quit') return { op }
  if (op === 'role') return { op, members: members(random), role: role(random) }
  if (op === 'mute') return { op, members: members(random), forMs: random.once(2) ? null : count(random) }
  return { op, members: members(random) }
}

const changes = [
  'created',
  'added',
  'joined',
  'removed',
  'unmuted',
  'unblocked',
  'quit',
  'updated',
  'role',
  'muted',
  'blocked',
  'page',
] as const

export function change(random: Random): Json {
  const by = random.pick(users)
  const op = random.pick(changes)
  switch (op) {
    case 'created':
      return { op, by, ...creation(random) }
    case 'added':
      return { op, by, members: members(random), since: maybe(random, () => count(random)) }
    case 'joined':
      return { op, by, since: maybe(random, () => count(random)) }
    case 'quit':
      return { op, by, heir: maybe(random, () => random.pick(users)) }
    case 'updated':
      return { op, by, ...details(random) }
    case 'role':
      return { op, by, members: members(random), role: role(random) }
    case 'muted':
      return { op, by, members: members(random), until: count(random) }
    case 'blocked': {
      const kept = some(random, users, 4)
      return { op, by, members: kept, left: kept.slice(0, random.below(3)) }
    }
    case 'page':
      return { op, pages: count(random) }
    case 'removed':
    case 'unmuted':
    case 'unblocked':
      return { op, by, members: members(random) }
  }
}

export function outcome(random: Random): Json {
  const failures = Array.from({ length: random.below(3) }, () => ({
    clientIds: members(random),
    code: random.pick(codes),
    detail: 'why',
  }))
  return { successfulClientIds: members(random), failures }
}

const readMark = (random: Random): Json => ({
  seq: whole(random),
  total: whole(random),
  mine: whole(random),
  stamp: whole(random),
})

function profileFields(random: Random): Fields {
  return { name: name(random), icon: random.once(2) ? null : icon(random), fields: object(random) }
}

export function personCommand(random: Random): Json {
  const op = random.pick(['profile', 'contact', 'setting', 'block', 'unblock', 'refuse', 'admit'])
  switch (op) {
    case 'profile': {
      const given = Object.entries(profileFields(random)).filter(() => random.once(2))
      return { op, set: Object.fromEntries(given) }
    }
    case 'contact': {
      const act = random.pick(['request', 'accept', 'decline', 'remove', 'remark'])
      const says = act === 'request' || act === 'remark'
      const said = says ? maybe(random, () => random.pick(['hi', '', 'x'.repeat(200)])) : undefined
      return { op, user: random.pick(users), act, text: said }
    }
    case 'setting':
      return {
        op,
        conversation: random.pick(conversations),
        pinned: maybe(random, () => random.once(2)),
        muted: maybe(random, () => random.once(2)),
        hidden: maybe(random, () => (random.once(2) ? null : whole(random))),
        cleared: maybe(random, () => whole(random)),
        read: maybe(random, () => readMark(random)),
      }
    case 'block':
    case 'unblock':
      return { op, users: members(random) }
    default:
      return { op, conversations: some(random, conversations, 3) }
  }
}

/** Kind, key and value, as a list. */
export function personRow(random: Random): Json {
  const kind = random.pick(['profile', 'contact', 'setting', 'block', 'refuse', 'unblocked'])
  const gone = random.once(8)
  switch (kind) {
    case 'profile':
      return [kind, '', gone ? null : profileFields(random)]
    case 'contact':
      return [kind, random.pick(users), gone ? null : contact(random)]
    case 'setting':
      return [kind, random.pick(conversations), gone ? null : setting(random)]
    case 'unblocked':
      return [kind, '', gone ? null : unblocked(random)]
    default:
      return [kind, random.pick(users), gone ? null : { since: whole(random) }]
  }
}

function contact(random: Random): Json {
  return {
    state: random.pick(['outgoing', 'incoming', 'contact']),
    text: random.once(2) ? null : 'hi',
    remark: random.once(2) ? null : 'from work',
    since: whole(random),
  }
}

function setting(random: Random): Json {
  return {
    pinned: maybe(random, () => whole(random)),
    muted: maybe(random, () => true),
    hidden: maybe(random, () => whole(random)),
    cleared: maybe(random, () => whole(random)),
    read: maybe(random, () => readMark(random)),
  }
}

function unblocked(random: Random): Json {
  const named = some(random, conversations, 3)
  return { conversations: named.map((id) => ({ id, by: random.pick(users), time: whole(random) })) }
}
