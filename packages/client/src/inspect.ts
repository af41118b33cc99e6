/** All that is held of one conversation, as it is stored: for comparing replicas, and for looking into a fault. */
import type { ConversationId } from '@parley/document'
import type { Inspection } from './engine-types.ts'
import type { Ledger } from './ledger.ts'
import { readPage, readUpdate } from './read-records.ts'

export async function inspect(ledger: Ledger, id: ConversationId): Promise<Inspection> {
  const [pageRows = [], updateRows = []] = await ledger.model.disk.read([
    { kind: 'range', table: 'pages', prefix: [id] },
    { kind: 'range', table: 'updates', prefix: [id] },
  ])
  const record = ledger.conversation(id)
  const updatesOf = (page: number): Inspection['pages'][number]['updates'] =>
    updateRows.flatMap((row) => {
      const seq = row.key[2]
      if (row.key[1] !== page || typeof seq !== 'number') return []
      const { time, update } = readUpdate(row.value)
      return [{ seq, time, update }]
    })
  const head = {
    page: 0,
    held: record?.headHeld ?? 0,
    known: record?.headKnown ?? 0,
    digest: record?.headDigest ?? '',
    updates: updatesOf(0),
  }
  const pages = pageRows.flatMap((row) => {
    const page = row.key[1]
    return typeof page === 'number' ? [{ page, ...readPage(row.value), updates: updatesOf(page) }] : []
  })
  return { seq: record?.seq ?? 0, pages: [head, ...pages] }
}
