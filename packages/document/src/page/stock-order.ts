/**
 * The order in which appends may be applied one by one. Rules DO149 to DO151.
 *
 * Each author's appends stand in one line, by clock. A line goes on until its first append stands behind one of another
 * line that is not placed yet, waits for that one alone, and is woken by it: every append is looked at once when it is
 * placed and once more for each time its line had to wait for it, which is once. So the work is linear, behind sorting.
 */
import type { UpdateFault } from './append.ts'
import type { OrderedAppends, StockAppend } from './stock-structs.ts'

interface Line {
  readonly appends: readonly StockAppend[]
  /** Place of the next one. */
  at: number
}

interface Ordering {
  readonly known: (client: number) => number
  readonly lines: ReadonlyMap<number, Line>
  /** Clock of each author's next append: everything below is known or placed. */
  readonly next: Map<number, number>
  /** By author and clock of what they wait for. */
  readonly waiting: Map<number, Map<number, Line[]>>
  readonly placed: StockAppend[]
}

/**
 * In an order in which each stands behind what it follows: its author's append before it, and its origin. What cannot be
 * ordered (it lacks one of them, stands twice or in a circle) is a fault.
 */
export function inCausalOrder(
  appends: readonly StockAppend[],
  known: (client: number) => number,
): OrderedAppends {
  const lines = linesOf(appends)
  const ordering: Ordering = { known, lines, next: new Map(), waiting: new Map(), placed: [] }
  for (const [client, line] of lines) {
    const fault = findGap(line, nextOf(ordering, client))
    if (fault !== null) return fault
  }
  for (const line of lines.values()) advanceAll(ordering, line)
  if (ordering.placed.length < appends.length) return unordered(ordering)
  return { ok: true, appends: ordering.placed }
}

function linesOf(appends: readonly StockAppend[]): ReadonlyMap<number, Line> {
  const byClient = new Map<number, StockAppend[]>()
  for (const append of appends) {
    const line = byClient.get(append.client)
    if (line === undefined) byClient.set(append.client, [append])
    else line.push(append)
  }
  const lines = new Map<number, Line>()
  for (const [client, line] of byClient) {
    lines.set(client, { appends: line.toSorted((a, b) => a.clock - b.clock), at: 0 })
  }
  return lines
}

function findGap({ appends }: Line, first: number): UpdateFault | null {
  let next = first
  for (const { clock } of appends) {
    if (clock > next) return faultOf('an append lacks the one of its author before it')
    if (clock < next) return faultOf('an append is known already, or stands twice')
    next += 1
  }
  return null
}

/** A line, and those it wakes: one after the other, since they may wake one another as often as there are appends. */
function advanceAll(ordering: Ordering, first: Line): void {
  const ready = [first]
  for (let line = ready.pop(); line !== undefined; line = ready.pop()) advance(ordering, line, ready)
}

function advance(ordering: Ordering, line: Line, ready: Line[]): void {
  for (let append = line.appends[line.at]; append !== undefined; append = line.appends[line.at]) {
    const { client, clock, origin } = append
    if (origin !== null && origin.clock >= nextOf(ordering, origin.client)) {
      waitingFor(ordering, origin.client, origin.clock).push(line)
      return
    }
    ordering.placed.push(append)
    ordering.next.set(client, clock + 1)
    line.at += 1
    for (const woken of ordering.waiting.get(client)?.get(clock) ?? []) ready.push(woken)
  }
}

function nextOf({ known, next }: Ordering, client: number): number {
  const found = next.get(client)
  if (found !== undefined) return found
  const first = known(client)
  next.set(client, first)
  return first
}

function waitingFor({ waiting }: Ordering, client: number, clock: number): Line[] {
  const clocks = waiting.get(client) ?? new Map<number, Line[]>()
  waiting.set(client, clocks)
  const lines = clocks.get(clock) ?? []
  clocks.set(clock, lines)
  return lines
}

function unordered({ lines }: Ordering): UpdateFault {
  for (const { appends, at } of lines.values()) {
    const origin = appends[at]?.origin
    if (origin === null || origin === undefined) continue
    const last = lines.get(origin.client)?.appends.at(-1)
    if (last === undefined || origin.clock > last.clock) {
      return faultOf('an append stands behind one that is neither known nor in the update')
    }
  }
  return faultOf('appends stand behind one another in a circle')
}

function faultOf(detail: string): UpdateFault {
  return { ok: false, code: 'not-an-append', detail }
}
