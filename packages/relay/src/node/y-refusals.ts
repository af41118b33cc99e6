/** What the answer to an append means to a stock tool, which cannot be told and cannot write it anew. Rules RE215, RE220. */
import type { PushAnswer } from '@parley/wire'
import type { Offence } from './y-penalties.ts'

/** undefined when it stands where the tool wrote it; `later` is no answer yet. */
export function offenceOf({ page, client, clock, verdict }: PushAnswer): Offence | undefined {
  switch (verdict.class) {
    case 'accepted':
    case 'later':
      return undefined
    case 'duplicate':
      // A device takes it for its own; the tool's document has the element a second time, which nobody else will ever have.
      return verdict.page === page && verdict.client === client && verdict.clock === clock
        ? undefined
        : { code: 'message-id-taken', detail: 'Another element of this conversation has this id.' }
    case 'rewrite':
      return { code: verdict.code, detail: rewrites[verdict.code] ?? 'A device would write it anew.' }
    case 'refused':
      return { code: verdict.code, detail: verdict.detail }
  }
}

const rewrites: Readonly<Record<string, string>> = {
  'page-closed':
    'Messages go to the open page, which the head names; operations to the page of their target.',
  'client-id-taken': 'The Yjs client id belongs to another user or device.',
  'clock-reused': 'The element differs from the one that was sent under its clock before.',
  gap: 'An element of the same Yjs client before it is missing.',
  'origin-unknown': 'The element it stands behind is missing.',
}
