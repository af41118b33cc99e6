/** How a person keeps his conversations, as far as everything that is shown asks. Rules CL271 and CL273. */
import type { ConversationId, Setting } from '@parley/document'
import type { Model } from './model.ts'
import type { ConversationRecord } from './records.ts'

const asUsual: Setting = {}

/** Where nothing is known of him nothing was set. */
export function keptAs(model: Model, id: ConversationId): Setting {
  return model.parts.held('people')?.shownSetting(model, id) ?? asUsual
}

/** Messages up to this sequence are not shown to him any more. */
export function clearedSeq(model: Model, id: ConversationId): number {
  return keptAs(model, id).cleared ?? 0
}

/** The next message brings it back: one that waits here, too. */
export function isHidden({ hidden }: Setting, { last }: ConversationRecord, hasWaiting: boolean): boolean {
  return hidden !== undefined && !hasWaiting && (last?.seq ?? 0) <= hidden
}
