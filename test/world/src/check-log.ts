/** What must be true of the relay's log by itself. Rules WO25, WO26. */
import type { World } from './world.ts'
import { documentOf, type Truth, truthOf } from './truth.ts'

export function truthsOf(world: World): readonly Truth[] {
  return [...world.relay.disk.log().conversations].map(([id, logged]) => truthOf(id, logged))
}

export function checkLog(world: World, truths: readonly Truth[]): readonly string[] {
  return truths.flatMap((truth) => [
    ...checkOrder(truth),
    ...checkAuthors(world, truth),
    ...checkPages(world, truth),
    ...checkOperations(truth),
    ...checkMuted(truth),
    ...checkHead(truth),
    ...checkDocuments(truth),
  ])
}

function checkOrder({ id, rows }: Truth): readonly string[] {
  const wrong: string[] = []
  for (const [index, { seq, time, position }] of rows.entries()) {
    const before = rows[index - 1]
    if (seq !== index + 1) wrong.push(`${id}: row ${index + 1} has sequence ${seq}`)
    if (before !== undefined && time < before.time) wrong.push(`${id}: time runs backwards at ${seq}`)
    if (before !== undefined && position <= before.position)
      wrong.push(`${id}: positions do not rise at ${seq}`)
  }
  return wrong
}

/** Who wrote it is who the journal says, and he was a member then. */
function checkAuthors(world: World, { id, rows, messages, operations, membersAt }: Truth): readonly string[] {
  const wrong: string[] = []
  const authors = new Map(rows.map(({ seq, author }) => [seq, author]))
  // An edit may have folded into what it edits, before that left.
  const texts = new Map(
    world.journal.deeds.flatMap((deed) =>
      deed.kind === 'message' || deed.kind === 'edit' ? [[deed.text, deed] as const] : [],
    ),
  )
  const ids = new Set<string>()
  const seen = new Set<string>()
  const said = (from: string, text: string): void => {
    if (seen.has(text)) wrong.push(`${id}: "${text}" stands twice`)
    seen.add(text)
    const deed = texts.get(text)
    if (deed?.user !== from || deed.conversation !== id)
      wrong.push(`${id}: ${from} never wrote "${text}" here`)
  }
  for (const message of messages) {
    const { seq, from, written } = message
    if (authors.get(seq) !== from)
      wrong.push(`${id}: row ${seq} of ${authors.get(seq)} says it is from ${from}`)
    if (!membersAt(seq).has(from)) wrong.push(`${id}: ${from} was not a member at ${seq}`)
    if (ids.has(message.id)) wrong.push(`${id}: message ${message.id} stands twice`)
    ids.add(message.id)
    if (written !== null) said(from, written)
  }
  for (const { seq, op, from, text } of operations) {
    if (authors.get(seq) !== from)
      wrong.push(`${id}: operation ${seq} of ${authors.get(seq)} says it is from ${from}`)
    if (!membersAt(seq).has(from)) wrong.push(`${id}: ${from} was not a member at ${seq}`)
    if (op === 'edit') said(from, text)
  }
  return wrong
}

function checkPages(world: World, { id, rows, messages, changes }: Truth): readonly string[] {
  const wrong: string[] = []
  const perPage = new Map<number, number>()
  let open = 0
  for (const { seq, page } of messages) {
    if (page < open) wrong.push(`${id}: message ${seq} went to page ${page} after page ${open}`)
    open = Math.max(open, page)
    perPage.set(page, (perPage.get(page) ?? 0) + 1)
  }
  for (const [page, count] of perPage) {
    if (count > world.settings.page.entries) wrong.push(`${id}: page ${page} holds ${count} messages`)
  }
  const closed = changes.filter(({ op }) => op === 'page').length
  const pages = Math.max(1, ...rows.map(({ page }) => page))
  if (pages > closed + 1) wrong.push(`${id}: ${pages} pages, and ${closed} were closed`)
  return wrong
}

/** Erased is what a recall of its author names, and nothing else; an edit stands alone, on what stands. */
function checkOperations({ id, messages, operations }: Truth): readonly string[] {
  const wrong: string[] = []
  const byId = new Map(messages.map((message) => [message.id, message]))
  const recalls = new Map<string, number>()
  const edits = new Set<string>()
  for (const { seq, op, from, target } of operations) {
    const message = byId.get(target)
    if (message === undefined) {
      wrong.push(`${id}: ${op} ${seq} of a message that is not there`)
      continue
    }
    if (op !== 'react' && message.from !== from)
      wrong.push(`${id}: ${op} ${seq} of ${from} is about a message of ${message.from}`)
    if (op === 'recall') {
      recalls.set(target, recalls.get(target) ?? seq)
      if (!message.recalled) wrong.push(`${id}: message ${message.seq} was recalled and is still there`)
    } else if (recalls.has(target)) wrong.push(`${id}: ${op} ${seq} of what was recalled before`)
    if (op !== 'edit') continue
    if (message.recalled) wrong.push(`${id}: edit ${seq} stands on a recalled message`)
    if (edits.has(target)) wrong.push(`${id}: two edits stand on message ${message.seq}`)
    edits.add(target)
  }
  for (const message of messages) {
    if (message.recalled && !recalls.has(message.id))
      wrong.push(`${id}: message ${message.seq} is gone and nobody recalled it`)
  }
  return wrong
}

/** Who may not speak writes nothing, changes nothing, and may take back. */
function checkMuted({ id, messages, operations, mutedAt }: Truth): readonly string[] {
  const spoken = [...messages, ...operations.filter(({ op }) => op !== 'recall')]
  return spoken
    .filter(({ seq, time, from }) => (mutedAt(seq).get(from) ?? 0) > time)
    .map(({ seq, from }) => `${id}: ${from} was muted at ${seq}`)
}

/** Stock Yjs reads from the head's rows what folding the changes says. */
function checkHead({ id, head, members }: Truth): readonly string[] {
  const names = namesIn(head['members'])
  const blocked = namesIn(head['blocked']).filter((name) => members.has(name))
  if (blocked.length > 0) return [`${id}: ${blocked.join(' ')} are members, and blocked`]
  return sameSet(names, members)
    ? []
    : [`${id}: the head has ${names.join(' ')}, the changes make ${[...members].join(' ')}`]
}

function namesIn(map: unknown): readonly string[] {
  return typeof map === 'object' && map !== null ? Object.keys(map) : []
}

function sameSet(names: readonly string[], set: ReadonlySet<string>): boolean {
  return names.length === set.size && names.every((name) => set.has(name))
}

/** Stock Yjs, given a page's rows, waits for nothing and has an entry for each that was not erased. */
function checkDocuments({ id, rows }: Truth): readonly string[] {
  const pages = new Set(rows.map(({ page }) => page).filter((page) => page > 0))
  return [...pages].flatMap((page) => {
    const own = rows.filter((row) => row.page === page)
    const doc = documentOf(own.map(({ update }) => update))
    const waits = doc.store.pendingStructs !== null || doc.store.pendingDs !== null
    const entries = doc.getArray('entries').length
    const expected = own.filter(({ kind }) => kind === 'entry').length
    doc.destroy()
    if (waits) return [`${id}: stock Yjs waits for something missing on page ${page}`]
    return entries === expected
      ? []
      : [`${id}: stock Yjs has ${entries} of ${expected} entries on page ${page}`]
  })
}
