/**
 * A relay for one conversation and one device, as strict as the protocol: what is known is answered again, gaps, closed
 * pages and unknown origins are sent back. What becomes of an entry nobody objects to is the test's to say.
 */
import { type Command, readHeadState, type UserId } from '@parley/document'
import { parseCommand } from '@parley/document/commands'
import type { DeviceFrame, PushAnswer, RelayFrame, Row, Verdict } from '@parley/wire'
import type { Script } from './script.test-kit.ts'
import { type Pushed, pushed } from './values.test-kit.ts'

export type Fate = 'accept' | 'refuse' | 'later'

export interface MiniRelay {
  /** Judges the frames and answers what it would send, rows included. */
  take(frames: readonly DeviceFrame[], fate: (entry: Pushed) => Fate): readonly RelayFrame[]
  /** Ids of the entries it has, in its order. */
  readonly log: readonly string[]
  /** What the device is told when it comes back at this sequence. */
  catchUp(seq: number): ReturnType<Script['news']>
}

export function createMiniRelay(script: Script, user: UserId): MiniRelay {
  /** By page and client id: the accepted updates, by clock. */
  const writers = new Map<
    string,
    { readonly update: Uint8Array; readonly seq: number; readonly time: number }[]
  >()
  const known = new Map<
    string,
    {
      readonly page: number
      readonly client: number
      readonly clock: number
      readonly seq: number
      readonly time: number
    }
  >()
  const commands = new Map<string, { readonly seq: number; readonly time: number }>()
  const log: string[] = []
  const recalled = new Set<string>()

  function judge(entry: Pushed, fate: Fate, rows: Row[]): Verdict {
    const { page, client, clock, origin, update } = entry
    const name = `${page}/${client}`
    const accepted = writers.get(name) ?? []
    const there = accepted[clock]
    if (there !== undefined) {
      const same = Buffer.compare(there.update, update) === 0
      return same ? { class: 'duplicate', ...there, page, client, clock } : rewrite('clock-reused', page)
    }
    if (clock > accepted.length) return rewrite('gap', page)
    const before = known.get(entry.entry.id)
    if (before !== undefined) return { class: 'duplicate', ...before }
    const target = 'op' in entry.entry ? known.get(entry.entry.target) : undefined
    if ('op' in entry.entry && target === undefined)
      return { class: 'refused', code: 'target-unknown', detail: 'there is no such message' }
    if ('op' in entry.entry && entry.entry.op !== 'recall' && recalled.has(entry.entry.target))
      return { class: 'refused', code: 'target-recalled', detail: 'it has been taken back' }
    const right = target?.page ?? script.pages
    if (page !== right) return rewrite('page-closed', right)
    const isOriginKnown =
      origin === null || origin.clock < (writers.get(`${page}/${origin.client}`)?.length ?? 0)
    if (!isOriginKnown) return rewrite('origin-unknown', page)
    if (fate === 'later') return { class: 'later', code: 'overloaded', waitMs: 2000 }
    if (fate === 'refuse') return { class: 'refused', code: 'bad-content', detail: 'no' }
    const row = script.accept(entry)
    rows.push(row)
    writers.set(name, [...accepted, { update, seq: row.seq, time: row.time }])
    known.set(entry.entry.id, { page, client, clock, seq: row.seq, time: row.time })
    log.push(entry.entry.id)
    if ('op' in entry.entry && entry.entry.op === 'recall') recalled.add(entry.entry.target)
    return { class: 'accepted', seq: row.seq, time: row.time }
  }

  function obey(id: string, command: Command, rows: Row[]): { readonly seq: number; readonly time: number } {
    const before = commands.get(id)
    if (before !== undefined) return before
    const head = readHeadState(script.state)
    const members =
      command.op === 'add' ? command.members.filter((member) => head?.members.has(member) !== true) : []
    if (members.length > 0) rows.push(script.change({ op: 'added', by: user, members }, id))
    const answer = { seq: script.seq, time: 1000 + script.seq }
    commands.set(id, answer)
    log.push(id)
    return answer
  }

  return {
    log,
    take(frames, fate) {
      const answers: RelayFrame[] = []
      for (const frame of frames) {
        const rows: Row[] = []
        if (frame.frame === 'command') {
          const { conversation, id } = frame
          const parsed = parseCommand(frame.command)
          if (!parsed.ok) throw new Error(parsed.detail)
          const isKnown = commands.has(id)
          const { seq, time } = obey(id, parsed.command, rows)
          const outcome = { successfulClientIds: [], failures: [] }
          const verdict = { class: isKnown ? 'duplicate' : 'accepted', seq, time, outcome } as const
          answers.push({ frame: 'command-answer', conversation, id, verdict })
        } else if (frame.frame === 'push') {
          const verdicts = pushed([frame]).map((entry): PushAnswer => {
            const { page, client, clock } = entry
            return { page, client, clock, verdict: judge(entry, fate(entry), rows) }
          })
          answers.push({ frame: 'answer', conversation: frame.conversation, answers: verdicts })
        }
        if (rows.length > 0) answers.push(script.frame(...rows))
      }
      return answers
    },
    catchUp: (seq) => script.news({ rows: script.news().rows.filter((row) => row.seq > seq) }),
  }
}

function rewrite(code: string, page: number): Verdict {
  return { class: 'rewrite', code, page }
}
