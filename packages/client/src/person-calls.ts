/**
 * What a person does to his own rows: judged here first, put on the disk, and sent when there is a connection. Rules
 * CL262, CL263 and CL269 to CL276.
 */
import { makeEntryId, writeAny } from '@parley/document'
import { parsePersonCommand } from '@parley/document/person'
import type { ConversationId, EntryId, Outcome, PersonCommand } from '@parley/document'
import { maxAnyBytes } from '@parley/wire'
import type { Core } from './core.ts'
import type { Queued } from './engine-types.ts'
import { ParleyError, refusalError, unknownConversation } from './errors.ts'
import type { Ledger } from './ledger.ts'
import { markAt, marked } from './marks.ts'
import { announceItem, isReadMark } from './person-frames.ts'
import { judgeOwn, personOf } from './person-model.ts'
import type { PersonItem } from './person-records.ts'
import { settingOf } from './person-rows.ts'

export type PersonQueued = Queued<Outcome> & { readonly predicted: Outcome }

export interface PersonCalls {
  change(command: PersonCommand): Promise<PersonQueued>
  /** Until the next message. */
  hide(id: ConversationId): Promise<PersonQueued>
  clear(id: ConversationId): Promise<PersonQueued>
  /** Whether this is the id of something of his that is unsent. */
  has(id: EntryId): boolean
  retry(id: EntryId): Promise<Queued<unknown>>
  discard(id: EntryId): Promise<void>
}

export function createPersonCalls(core: Core): PersonCalls {
  async function call(
    make: (ledger: Ledger) => PersonCommand,
    also: (ledger: Ledger) => void = () => undefined,
  ): Promise<PersonQueued> {
    const { queued, predicted } = await core.mailbox.call((ledger) => {
      const command = checked(make(ledger))
      if (command.op === 'setting') mustBeKnown(ledger, command.conversation)
      const verdict = judgeOwn(ledger.person.shown, command, { user: core.user, time: core.relayTime() })
      if (!verdict.accepted) throw refusalError(verdict.code, verdict.detail)
      also(ledger)
      return { queued: queue(core, ledger, freshItem(core, ledger, command)), predicted: verdict.outcome }
    })
    return { ...queued(), predicted }
  }

  async function retry(id: EntryId): Promise<Queued<unknown>> {
    const queued = await core.mailbox.call((ledger) => {
      const item = ledger.person.byId(id)
      if (item?.state !== 'refused') throw new ParleyError('unknown-message', 'Nothing refused has this id.')
      ledger.person.removeItem(item.n)
      // The relay has answered the old id for ever.
      return queue(core, ledger, freshItem(core, ledger, item.command))
    })
    return queued()
  }

  async function discard(id: EntryId): Promise<void> {
    await core.mailbox.call((ledger) => {
      const item = ledger.person.byId(id)
      if (item === undefined || item.state === 'answered' || item.state === 'acknowledged')
        throw new ParleyError('unknown-message', 'Nothing unsent has this id.')
      if (item.tried && item.state === 'waiting')
        throw new ParleyError('bad-argument', 'It may have been sent already: change it back.')
      ledger.person.removeItem(item.n)
      announceItem(ledger, item)
      const withdrawn = new ParleyError('withdrawn', 'It was taken back before it was sent.')
      ledger.after.push(() => core.promises.reject(id, withdrawn))
    })
  }

  return {
    change: async (command) => call(() => command),
    hide: async (id) =>
      call((ledger) => ({ op: 'setting', conversation: id, hidden: mustBeKnown(ledger, id).seq })),
    clear: async (id) =>
      call(
        (ledger) => {
          const { seq, total, mine } = mustBeKnown(ledger, id)
          const read = { seq, total, mine, stamp: Math.max(0, core.ports.now()) }
          return { op: 'setting', conversation: id, cleared: seq, read }
        },
        (ledger) => {
          const record = mustBeKnown(ledger, id)
          ledger.setConversation(marked(record, markAt(record)))
        },
      ),
    has: (id) => [...personOf(core.model).lane.values()].some((item) => item.id === id),
    retry,
    discard,
  }
}

/** To his other devices, where he wants that; of what waits to be told so only the last word leaves. */
export function tellReadMark(core: Core, ledger: Ledger, id: ConversationId): void {
  const record = ledger.conversation(id)
  if (!core.syncReadMarks || record === undefined || record.local || record.mark.seq === 0) return
  const { seq, total, mine } = record.mark
  if ((settingOf(ledger.person.shown, id).read?.seq ?? 0) >= seq) return
  const read = { seq, total, mine, stamp: Math.max(0, core.ports.now()) }
  const command: PersonCommand = { op: 'setting', conversation: id, read }
  const verdict = judgeOwn(ledger.person.shown, command, { user: core.user, time: core.relayTime() })
  if (!verdict.accepted) return
  const waiting = ledger.person
    .lane()
    .find(
      (item) =>
        item.state === 'waiting' &&
        !item.tried &&
        isReadMark(item.command) &&
        item.command.conversation === id,
    )
  if (waiting === undefined) queue(core, ledger, freshItem(core, ledger, command))
  else ledger.person.setItem({ ...waiting, command })
}

function mustBeKnown(ledger: Ledger, id: ConversationId): NonNullable<ReturnType<Ledger['conversation']>> {
  const record = ledger.conversation(id)
  if (record === undefined) throw unknownConversation()
  return record
}

function checked(given: PersonCommand): PersonCommand {
  const parsed = parsePersonCommand(given)
  if (!parsed.ok) throw refusalError(parsed.code, parsed.detail)
  if (writeAny({ ...parsed.command }).length > maxAnyBytes)
    throw refusalError('too-large', 'This does not fit into one change: do it in several steps.')
  return parsed.command
}

function freshItem({ ports, relayTime }: Core, ledger: Ledger, command: PersonCommand): PersonItem {
  return {
    n: ledger.takeN(),
    id: makeEntryId(Math.max(0, ports.now()), ports.random(10)),
    command,
    at: ports.now(),
    time: Math.max(0, relayTime()),
    state: 'waiting',
    reason: null,
    tried: false,
    answered: null,
    offered: false,
  }
}

/** Its promise exists from the moment the change stands: it may be answered before anybody asks for it. */
function queue({ promises }: Core, ledger: Ledger, item: PersonItem): () => Queued<Outcome> {
  ledger.person.setItem(item)
  announceItem(ledger, item)
  let confirmed: Promise<Outcome> | undefined
  ledger.after.push(() => {
    confirmed = promises.of<Outcome>(item.id)
  })
  return () => ({ id: item.id, confirmed: confirmed ?? promises.of<Outcome>(item.id) })
}
