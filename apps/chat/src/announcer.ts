/** Reads new messages and notices out, politely and once, from a region of its own: never the history. */
import { h } from './dom.ts'

const maxKept = 3

export interface Announcer {
  readonly element: HTMLElement
  readonly say: (text: string) => void
}

export function createAnnouncer(): Announcer {
  const element = h('div', { class: 'unseen', role: 'log', 'aria-live': 'polite', 'aria-label': 'News' })
  return {
    element,
    say: (text) => {
      element.append(h('p', {}, [text]))
      while (element.childElementCount > maxKept) element.firstElementChild?.remove()
    },
  }
}
