/** How a person keeps his conversations, as it bears on what is shown of them. Rules CL268 to CL275. */
import type { ConversationId, PersonCommand, Setting } from '@parley/document'
import type { Core } from './core.ts'
import type { Ledger } from './ledger.ts'
import { markAt, readTo } from './marks.ts'
import type { Model } from './model.ts'
import { personOf, shownRows } from './person-model.ts'
import { settingOf } from './person-rows.ts'
import type { ConversationRecord } from './records.ts'

export function shownSetting(model: Model, id: ConversationId): Setting {
  return settingOf(shownRows(personOf(model)), id)
}

/**
 * Reading goes no way back. What was cleared is read; how far he read elsewhere counts where that is wanted.
 */
export function moveMark(core: Core, ledger: Ledger, id: ConversationId): void {
  const record = ledger.conversation(id)
  if (record === undefined || record.local) return
  const { read, cleared = 0 } = settingOf(ledger.person.rows, id)
  const { mark } = record
  const isCleared = cleared > mark.seq
  const isRead = read !== undefined && read.seq > mark.seq && (core.syncReadMarks || isCleared)
  // What this log does not know is no place in it: all it knows has been seen.
  if ((isRead && read.seq > record.seq) || (isCleared && cleared >= record.seq))
    ledger.setConversation(readTo(record, markAt(record)))
  else if (isRead) {
    const { seq, total, mine } = read
    const recalled = mark.recalled.filter((one) => one > seq)
    ledger.setConversation(readTo(record, { seq, total, mine, recalled }))
  }
}

type SettingCommand = Extract<PersonCommand, { readonly op: 'setting' }>

/** Sequences of a log that is gone would hide what is said in the new one. */
export function withinLog(command: SettingCommand, record: ConversationRecord | undefined): SettingCommand {
  if (record === undefined || record.local) return command
  const last = record.absentSince === 0 ? record.seq : 0
  const { hidden, cleared, read, ...rest } = command
  const isWithin = [hidden, cleared, read?.seq].every((seq) => (seq ?? 0) <= last)
  if (isWithin) return command
  const { total, mine } = record.absentSince === 0 ? record : { total: 0, mine: 0 }
  return {
    ...rest,
    ...(hidden === undefined ? undefined : { hidden: hidden === null ? null : Math.min(hidden, last) }),
    ...(cleared === undefined ? undefined : { cleared: Math.min(cleared, last) }),
    ...(read === undefined
      ? undefined
      : { read: read.seq <= last ? read : { seq: last, total, mine, stamp: read.stamp } }),
  }
}
