/** What an honest device holds, folded from the frames it hears: its documents byte for byte, and that it hears no more. */
import { eraseAppend, writeErasure } from '@parley/document'
import type { RelayFrame, Row } from '@parley/wire'
import * as Y from 'yjs'
import { hex, textOf } from './text.ts'
import type { Session } from './session.ts'

export interface Witness {
  readonly session: Session
  /** Everything of it as text: equal texts are equal replicas. */
  readonly state: () => Promise<Readonly<Record<string, string>>>
}

/** Follows a session that has been in it from the beginning of its conversations. */
export function createWitness(session: Session): Witness {
  return {
    session,
    async state() {
      await session.settle()
      const { frames } = session.line
      const docs = new Map<string, Y.Doc>()
      for (const frame of frames) {
        if (frame.frame === 'rows') for (const row of frame.rows) fold(docs, frame.conversation, row)
      }
      const said = frames.filter(({ frame }) => frame !== 'pong' && frame !== 'cursor')
      return {
        heard: said.map(textOf).join('\n'),
        session: session.line.ended() ?? 'open',
        ...Object.fromEntries(
          [...docs].map(([name, doc]): [string, string] => [name, hex(Y.encodeStateAsUpdate(doc))]),
        ),
      }
    },
  }
}

function fold(docs: Map<string, Y.Doc>, conversation: string, row: Row): void {
  if (row.kind === 'hidden') return
  const name = row.kind === 'head' ? conversation : `${conversation}/${row.page}`
  const doc = docs.get(name) ?? new Y.Doc()
  docs.set(name, doc)
  Y.applyUpdate(doc, row.kind === 'erased' ? eraseAppend(row.update) : row.update)
  if (row.kind === 'entry' && row.erases.length > 0) Y.applyUpdate(doc, writeErasure(row.erases))
}

/** What a device that comes new is given: list rows, heads and pages whole. */
export async function freshState(
  session: Session,
  conversations: readonly { readonly id: string; readonly pages: number }[],
): Promise<Readonly<Record<string, string>>> {
  const { line } = session
  const news: RelayFrame[] = []
  for (let more = true; more;) {
    const sync = await line.next('sync')
    news.push({ ...sync, cursor: 0, frames: 0 })
    more = sync.more
  }
  const own = line.frames.filter(({ frame }) => frame === 'own')
  const state: Record<string, string> = { list: news.map(textOf).join('\n'), own: own.map(textOf).join('\n') }
  for (const { id, pages } of conversations) {
    for (let page = 0; page <= pages; page += 1) {
      const parts = await session.fetch(id, page)
      state[`${id}/${page}`] = parts.map((part) => textOf({ ...part, request: 0 })).join('\n')
    }
  }
  return state
}
