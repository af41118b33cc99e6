/** How the outcome of a command is kept under its id, and given again. Rules RE30 and RE31. */
import { type JsonValue, writeAny } from '@parley/document'
import type { CommandVerdict } from '@parley/wire'
import { readStored } from './stored-any.ts'
import type { CommandRecord } from './store.ts'

export type Final = Exclude<CommandVerdict, { readonly class: 'later' }>

/** An outcome is an object, a refusal a pair. */
export function remember(verdict: Final): Pick<CommandRecord, 'seq' | 'time' | 'outcome'> {
  if (verdict.class === 'refused') {
    return { seq: 0, time: 0, outcome: writeAny([verdict.code, verdict.detail]) }
  }
  return { seq: verdict.seq, time: verdict.time, outcome: writeAny(verdict.outcome) }
}

export function again({ seq, time, outcome }: CommandRecord): Final {
  const kept = readStored(outcome)
  if (isList(kept)) {
    const [code, detail] = kept
    if (typeof code === 'string' && typeof detail === 'string') return refused(code, detail)
  }
  return { class: 'duplicate', seq, time, outcome: kept }
}

export function refused(code: string, detail: string): Final {
  return { class: 'refused', code, detail }
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
