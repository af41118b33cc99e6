/**
 * Codes of the answers that are not final. A code nobody knows yet is treated by its class, which is in the frame.
 *
 * Final refusals are the rules' own words: they stand in @parley/document.
 */
import type { LaterCode, RewriteCode } from './frames.ts'

/** `rewrite`: the intent stands, and the device makes new bytes for it. */
export const rewriteAnswers: Readonly<Record<RewriteCode, { readonly sentence: string }>> = {
  'page-closed': { sentence: 'The page is closed. Write the same intent to the page named in the answer.' },
  gap: { sentence: 'An update before this one is missing. Send again from the first unanswered one.' },
  'clock-reused': {
    sentence: 'Another update stands at this clock already. Write the same intent under a new client id.',
  },
  'client-id-taken': {
    sentence: 'This client id belongs to another device. Write the same intent under a new client id.',
  },
  'origin-unknown': {
    sentence:
      'The update follows an entry the relay does not have. Rebuild the page and write the same intent again.',
  },
  'stale-epoch': {
    sentence: 'The update was made under an earlier log epoch. Catch up, then write the same intent again.',
  },
}

/** `later`: the same bytes again after `waitMs`; the lane waits. */
export const laterAnswers: Readonly<
  Record<LaterCode, { readonly waitMs: number; readonly sentence: string }>
> = {
  overloaded: { waitMs: 2000, sentence: 'The relay has too much to do. Send the same bytes after the wait.' },
  'disk-full': {
    waitMs: 30_000,
    sentence: 'The disk of the relay is full. Send the same bytes after the wait; somebody must make room.',
  },
  'rate-limited': {
    waitMs: 1000,
    sentence: 'This came faster than is allowed. Send the same bytes after the wait.',
  },
}
