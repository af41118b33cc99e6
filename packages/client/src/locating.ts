/**
 * Where an operation's target stands, when that is not known any more: after a new epoch of the log, places of the old one
 * say nothing. Pages are looked through from the newest, fetched where needed. Rule CL55.
 */
import type { Core } from './core.ts'
import type { History } from './history.ts'
import { refuse } from './refusals.ts'
import type { EntryItem, Place } from './records.ts'

export type Locate = (item: EntryItem) => void

export function createLocate(core: Core, history: History): Locate {
  const looking = new Set<number>()

  async function locate(item: EntryItem): Promise<void> {
    const target = item.target
    if (target === null) return
    const found = await history.locate(item.conversation, target.id)
    if (found === 'unknown') return
    await core.mailbox.call((ledger) => {
      const now = ledger.outbox.get(item.n)
      if (
        now?.kind !== 'entry' ||
        now.target === null ||
        now.target.place !== null ||
        now.state !== 'waiting'
      )
        return
      if (found === 'nowhere') {
        refuse(
          ledger,
          now,
          { code: 'target-unknown', detail: 'The message this is about is not there any more.' },
          core.promises,
        )
        return
      }
      const place: Place = found
      ledger.setItem({ ...now, target: { ...now.target, place } })
    })
  }

  return (item) => {
    if (looking.has(item.n)) return
    looking.add(item.n)
    locate(item)
      .catch((error: unknown) => {
        // The engine ended, or its store did: both are said where they happen, and the item still waits.
        core.ports.log.debug('a target was not looked up', { error: String(error) })
      })
      .finally(() => {
        looking.delete(item.n)
      })
  }
}
