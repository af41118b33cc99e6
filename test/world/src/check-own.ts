/** A person's rows: every device of his shows what the relay's log says, and nothing gets past a block. Rules WO36, WO37. */
import type { ConversationId } from '@parley/document'
import { createDecoder, readAny } from 'lib0/decoding'
import type { Replica } from './gather.ts'
import type { Truth } from './truth.ts'
import type { World } from './world.ts'

type Fields = Readonly<Record<string, unknown>>

/** By `kind key`. */
export function ownRows(world: World, owner: string): ReadonlyMap<string, Fields> {
  const rows = new Map<string, Fields>()
  for (const row of world.relay.disk.log().people.values()) {
    if (row.owner !== owner || row.value === null) continue
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- read leniently on purpose: it is compared
    rows.set(`${row.kind} ${row.key}`, readAny(createDecoder(row.value)) as Fields)
  }
  return rows
}

/** Without the messages he has cleared away for himself, and the pages that have no others: nothing asks for them. */
export function clearedFor(world: World, owner: string, truths: readonly Truth[]): readonly Truth[] {
  const rows = ownRows(world, owner)
  return truths.map((truth) => {
    const cleared = clearedUpTo(rows, truth.id)
    if (cleared === 0) return truth
    const messages = truth.messages.filter(({ seq }) => seq > cleared)
    const pages = new Set(messages.map(({ page }) => page))
    const seen = truth.rows.map((row) => (row.page === 0 || pages.has(row.page) ? row : { ...row, page: -1 }))
    return { ...truth, messages, rows: seen }
  })
}

export function clearedUpTo(rows: ReadonlyMap<string, Fields>, conversation: ConversationId): number {
  const cleared = rows.get(`setting ${conversation}`)?.['cleared']
  return typeof cleared === 'number' ? cleared : 0
}

export function checkOwn(world: World, { device, own, holdings }: Replica): readonly string[] {
  const rows = ownRows(world, device.user)
  const wrong: string[] = []
  const compare = (what: string, shown: unknown, stored: unknown): void => {
    world.counters.add('ownRowsChecked')
    const [a, b] = [JSON.stringify(shown), JSON.stringify(stored)]
    if (a !== b) wrong.push(`${device.name}: ${what} is ${a}, the relay's ${b}`)
  }
  const keys = (kind: string): readonly string[] =>
    [...rows.keys()].filter((name) => name.startsWith(`${kind} `)).map((name) => name.slice(kind.length + 1))
  compare(
    'who he knows',
    sorted(own.contacts.map(({ user, state, text, remark, since }) => [user, state, text, remark, since])),
    sorted(
      keys('contact').map((user) => {
        const row = rows.get(`contact ${user}`)
        return [user, row?.['state'], row?.['text'], row?.['remark'], row?.['since']]
      }),
    ),
  )
  compare('whom he blocks', own.blocked.toSorted(), keys('block').toSorted())
  compare('what he refuses', own.refused.toSorted(), keys('refuse').toSorted())
  const profile = rows.get('profile ')
  compare(
    'his profile',
    [own.profile.name, own.profile.icon, own.profile.fields],
    [profile?.['name'] ?? null, profile?.['icon'] ?? null, profile?.['fields'] ?? {}],
  )
  for (const [id, { view }] of holdings) {
    const setting = rows.get(`setting ${id}`)
    compare(`${id}, pinned`, view.pinnedAt, setting?.['pinned'] ?? null)
    compare(`${id}, muted for himself`, view.muted, setting?.['muted'] === true)
  }
  return wrong
}

/** By who it is about, who stands first. */
function sorted(rows: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] {
  return rows.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))
}

/** Since somebody blocks him, he has said nothing in their one-to-one conversation. */
export function checkBlocks(world: World, truths: readonly Truth[]): readonly string[] {
  const blocks = [...world.relay.disk.log().people.values()].filter(
    ({ kind, value }) => kind === 'block' && value !== null,
  )
  return truths.flatMap(({ id, rows, head, members }) => {
    const info: unknown = head['info']
    if (typeof info !== 'object' || info === null || Reflect.get(info, 'kind') !== 'direct') return []
    return blocks
      .filter(({ owner, key }) => members.has(owner) && members.has(key))
      .flatMap(({ owner, key, position }) =>
        rows
          .filter(
            (row) =>
              row.author === key && row.page > 0 && row.operation !== 'recall' && row.position > position,
          )
          .map(({ seq }) => `${id}: ${key} spoke at ${seq}, whom ${owner} had blocked`),
      )
  })
}
