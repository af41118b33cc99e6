/** The doors, and what is answered at them, in words. */
import type { RelayFrame, Verdict } from '@parley/wire'

/** `parley`: frames of our own. `stock`: y-websocket. `http`: everything on the port that is no WebSocket session. */
export type Door = 'parley' | 'stock' | 'http'

export const doors: readonly Door[] = ['parley', 'stock', 'http']

export function verdictText(verdict: { readonly class: Verdict['class']; readonly code?: string }): string {
  return verdict.code === undefined ? verdict.class : `${verdict.class} ${verdict.code}`
}

/** Of what a fetch was answered. */
export function fetchedText(frame: Extract<RelayFrame, { readonly frame: 'fetch-answer' }>): string {
  const { fetched } = frame
  if (fetched.result === 'failed') return `failed ${fetched.code}`
  return fetched.result === 'rows' ? `rows ${fetched.rows.length}` : fetched.result
}
