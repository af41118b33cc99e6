/**
 * A relay for people's own rows and their devices, as strict as the protocol: it judges by the rules, remembers commands
 * by their id, answers, and then tells the devices of whoever is concerned.
 */
import { judgePerson, parsePersonCommand, personGroup } from '@parley/document/person'
import type { JsonObject, PersonChange, UserId } from '@parley/document'
import type { CommandFrame, CommandVerdict, News, OwnRow, RelayFrame } from '@parley/wire'
import type { TestSurroundings } from './device.test-kit.ts'
import { settle } from './values.test-kit.ts'

interface Kept extends PersonChange {
  readonly time: number
  readonly position: number
}

interface Log {
  readonly rows: Map<string, Kept>
  readonly commands: Map<string, CommandVerdict>
  position: number
}

/** A device of somebody. */
export type PersonDevice = TestSurroundings & { readonly engine: { readonly user: UserId } }

export interface PersonRelay {
  /** Through hello, welcome and a catch-up from the device's cursor. */
  connect(device: PersonDevice, news?: readonly News[]): Promise<void>
  /** Takes what this device has sent, answers, and tells the others. */
  serve(device: PersonDevice): Promise<void>
  /** Until nothing is sent any more. */
  settle(): Promise<void>
  cut(device: PersonDevice): Promise<void>
  row(owner: UserId, kind: PersonChange['kind'], key: string): JsonObject | undefined
  /** Every live device hears how far it is. */
  tellCursors(): Promise<void>
  copy(): Log
  /** As it was when it was copied: the log begins another life. */
  restore(copy: Log, epoch: string): Promise<void>
  /** Who was asked for, one list for each question. */
  readonly asked: readonly (readonly string[])[]
  now: number
}

export function createPersonRelay(): PersonRelay {
  let log: Log = { rows: new Map(), commands: new Map(), position: 1 }
  let epoch = 'epoch'
  const live = new Set<PersonDevice>()
  const asked: (readonly string[])[] = []

  function copyOf({ rows, commands, position }: Log): Log {
    return { rows: new Map(rows), commands: new Map(commands), position }
  }

  function rowsOf(owner: UserId, after: number): readonly OwnRow[] {
    return [...log.rows.values()]
      .filter((row) => row.owner === owner && row.position > after)
      .toSorted((a, b) => a.position - b.position)
      .map(({ kind, key, value, time }) => ({ kind, key, value, time }))
  }

  function obey(by: UserId, { id, command }: CommandFrame): readonly [CommandVerdict, readonly Kept[]] {
    const known = log.commands.get(id)
    if (known !== undefined)
      return [known.class === 'accepted' ? { ...known, class: 'duplicate' } : known, []]
    const [verdict, kept] = judge(by, command)
    log.commands.set(id, verdict)
    return [verdict, kept]
  }

  function judge(by: UserId, given: unknown): readonly [CommandVerdict, readonly Kept[]] {
    const parsed = parsePersonCommand(given)
    if (!parsed.ok) return [{ class: 'refused', code: parsed.code, detail: parsed.detail }, []]
    const judged = judgePerson(parsed.command, {
      by,
      time: relay.now,
      read: (owner, kind, key) => log.rows.get(`${owner}/${kind}/${key}`)?.value ?? undefined,
      count: (owner, group) =>
        [...log.rows.values()].filter(
          (row) => row.owner === owner && personGroup(row.kind, row.value) === group,
        ).length,
      othersKnown: true,
    })
    if (!judged.accepted) return [{ class: 'refused', code: judged.code, detail: judged.detail }, []]
    const kept = judged.changes.map((change): Kept => {
      log.position += 1
      return { ...change, time: relay.now, position: log.position }
    })
    for (const row of kept) log.rows.set(`${row.owner}/${row.kind}/${row.key}`, row)
    const { successfulClientIds, failures } = judged.outcome
    const outcome = { successfulClientIds, failures: failures.map((failure) => ({ ...failure })) }
    const seq = kept.length === 0 ? 0 : log.position
    return [{ class: 'accepted', seq, time: relay.now, outcome }, kept]
  }

  async function fanOut(kept: readonly Kept[]): Promise<void> {
    for (const device of live) {
      const rows = kept.filter(({ owner }) => owner === device.engine.user)
      if (rows.length === 0) continue
      await device.say({
        frame: 'own',
        rows: rows.map(({ kind, key, value, time }) => ({ kind, key, value, time })),
      })
    }
  }

  const relay: PersonRelay = {
    asked,
    now: 1_000_000,
    async connect(device, news = []) {
      if (live.has(device)) return
      await device.pass(40_000)
      await device.opens()
      const hello = device.sent().findLast((frame) => frame.frame === 'hello')
      if (hello?.frame !== 'hello') throw new Error('nobody has said hello')
      const full = hello.epoch !== epoch || hello.cursor === 0
      const rows = rowsOf(device.engine.user, full ? 0 : hello.cursor).filter(
        (row) => !full || row.value !== null,
      )
      const welcome = {
        frame: 'welcome',
        version: 1,
        user: device.engine.user,
        epoch,
        time: relay.now,
        expires: 0,
      } as const
      const own: readonly RelayFrame[] = rows.length === 0 ? [] : [{ frame: 'own', rows }]
      const sync = { frame: 'sync', cursor: log.position, frames: 0, full, more: false, news } as const
      live.add(device)
      await device.say(welcome, ...own, sync)
    },
    async serve(device) {
      for (const frame of device.sent()) {
        if (frame.frame === 'people') {
          asked.push(frame.users)
          const people = frame.users.map((user) => {
            const row = log.rows.get(`${user}/profile/`)
            return { user, time: row?.time ?? 0, profile: row?.value ?? null }
          })
          await device.say({ frame: 'people-answer', request: frame.request, people })
        }
        if (frame.frame !== 'command' || frame.conversation !== '') continue
        const [verdict, kept] = obey(device.engine.user, frame)
        await device.say({ frame: 'command-answer', conversation: '', id: frame.id, verdict })
        await fanOut(kept)
      }
    },
    async settle() {
      for (let round = 0; round < 50; round += 1) {
        for (const device of live) await relay.serve(device)
        await settle()
      }
    },
    async cut(device) {
      if (!live.delete(device)) return
      await device.cut()
    },
    row: (owner, kind, key) => log.rows.get(`${owner}/${kind}/${key}`)?.value ?? undefined,
    async tellCursors() {
      for (const device of live) await device.say({ frame: 'cursor', cursor: log.position, frames: 0 })
    },
    copy: () => copyOf(log),
    async restore(copy, next) {
      for (const device of live) await relay.cut(device)
      log = copyOf(copy)
      epoch = next
    },
  }
  return relay
}
