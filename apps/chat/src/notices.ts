/** Short sentences about what just happened or went wrong; they leave by themselves, and are read out elsewhere. */
import { h } from './dom.ts'

const shownMs = 7000
const maxShown = 3

export interface Notices {
  readonly element: HTMLElement
  readonly show: (text: string) => void
}

export function createNotices(): Notices {
  const element = h('div', { class: 'notices', 'aria-hidden': 'true' })
  return {
    element,
    show(text) {
      const notice = h('p', { class: 'notice' }, [text])
      element.append(notice)
      while (element.childElementCount > maxShown) element.firstElementChild?.remove()
      setTimeout(() => notice.remove(), shownMs)
    },
  }
}
