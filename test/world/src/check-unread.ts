/**
 * Unread counts against counting: everybody else's messages after the point where this device last read, or where its
 * user last came in, that nobody took back. Checked where the device's own story is simple: it was there from the
 * beginning, is no copy, its disk has kept everything, and the relay's log lived one life. Rule WO35.
 */
import { clearedUpTo, ownRows } from './check-own.ts'
import type { Replica } from './gather.ts'
import type { Truth } from './truth.ts'
import type { World } from './world.ts'

export function checkUnread(
  world: World,
  { device, holdings }: Replica,
  truths: readonly Truth[],
): readonly string[] {
  const { name, user, family, disk } = device
  const single = world.devices.filter((other) => other.family === family).length === 1
  // Connected once, and still so when the first transaction came: its first sync was of nothing.
  const began = world.watch.firstCommitAt()
  const heard = world.journal.heard.filter((one) => one.device === name)
  const last = heard.findLast(({ event, at }) => event.type === 'state' && at < began)
  const next = heard.find(({ at }) => at >= began)
  const connected = last?.event.type === 'state' && last.event.state === 'connected' && last.at + 1500 < began
  const synced = connected && (next === undefined || next.run === last.run)
  if (!single || !synced || !disk.faithful() || world.counters.get('epochChanges') > 0) return []
  const rows = ownRows(world, user)
  return truths.flatMap(({ id, changes, messages, members }) => {
    const holding = holdings.get(id)
    const looked = world.journal.looked.filter((one) => one.device === name && one.conversation === id)
    if (holding === undefined || !members.has(user) || looked.some(({ seq }) => seq === null)) return []
    const entered = changes.findLast(
      ({ op, by, members: named }) =>
        (op === 'created' && (by === user || named.includes(user))) ||
        (op === 'added' && named.includes(user)) ||
        (op === 'joined' && by === user),
    )
    const cleared = clearedUpTo(rows, id)
    const mark = Math.max(entered?.seq ?? 0, cleared, ...looked.map(({ seq }) => seq ?? 0))
    const expected = messages.filter(
      ({ seq, from, recalled }) => seq > mark && from !== user && !recalled,
    ).length
    world.counters.add('unreadCountsChecked')
    const wrong: string[] = []
    if (holding.view.unread !== expected)
      wrong.push(`${name}: ${id} has ${holding.view.unread} unread, and ${expected} lie after ${mark}`)
    const calls = messages.filter(
      ({ seq, from, recalled, mentions }) =>
        seq > mark && from !== user && !recalled && (mentions.includes(user) || mentions.includes('*')),
    )
    if (calls.length > 0) world.counters.add('mentionFlagsChecked')
    if (holding.view.mentioned !== calls.length > 0)
      wrong.push(`${name}: ${id} says mentioned ${holding.view.mentioned}, and ${calls.length} call him`)
    return wrong
  })
}
