/**
 * Says above everything else when the page is not connected, and counts down to the next try. What is read out changes
 * only when the state does, not every second. Rules: AC10.
 */
import type { Connection } from './chat.ts'
import { h } from './dom.ts'
import { icon } from './icons.ts'
import { connectionText } from './wording.ts'

/** A connection that is made faster than this never shows as missing. */
const quietMs = 1200
const tickMs = 250

export interface ConnectionBar {
  readonly element: HTMLElement
  readonly render: (connection: Connection) => void
}

export function createConnectionBar(retry: () => void): ConnectionBar {
  // Read out from an element that is always there: what appears together with its text is not announced everywhere.
  const status = h('p', { class: 'unseen', role: 'status' })
  const text = h('span', { 'aria-hidden': 'true' })
  const count = h('span', { class: 'count', 'aria-hidden': 'true' })
  const again = h('button', { class: 'link-button', type: 'button' }, ['Try now'], { click: retry })
  const line = h('div', { class: 'connection-bar' }, [icon('cloud'), text, count, again])
  let ticking: ReturnType<typeof setInterval> | undefined
  let settling: ReturnType<typeof setTimeout> | undefined

  function draw(connection: Connection): void {
    const now = connectionText(connection, performance.now())
    if (status.textContent !== now.text) status.textContent = now.text
    text.textContent = now.text
    count.textContent = now.seconds === undefined ? '' : `in ${now.seconds} s`
    again.hidden = now.action !== 'retry'
    line.dataset['tone'] = now.tone
    line.hidden = now.tone === 'good'
  }

  line.hidden = true
  return {
    element: h('div', {}, [status, line]),
    render(connection) {
      clearInterval(ticking)
      clearTimeout(settling)
      if (connection.is === 'waiting') ticking = setInterval(() => draw(connection), tickMs)
      if (connection.is === 'connecting') settling = setTimeout(() => draw(connection), quietMs)
      else draw(connection)
    },
  }
}
