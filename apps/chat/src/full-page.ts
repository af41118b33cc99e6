/** What fills the page when there is nothing else to show: an end, a fault, a question who one is. */
import { type Child, h } from './dom.ts'

export function fullPage(title: string, content: readonly Child[]): HTMLElement {
  return h('main', { class: 'full-page' }, [
    h('div', { class: 'card' }, [
      h('img', { class: 'logo', src: '/icon.svg', alt: '', width: '56', height: '56' }),
      h('h1', {}, [title]),
      ...content,
    ]),
  ])
}

/** The older tab, after a newer one has taken over. */
export function elsewherePage(): HTMLElement {
  return fullPage('Open in another tab', [
    h('p', {}, [
      'Parley has been opened in another tab of this browser, and goes on there. Nothing is lost.',
    ]),
    h('button', { class: 'main-button', type: 'button' }, ['Use it here'], {
      click: () => location.reload(),
    }),
  ])
}

export function faultPage(sentence: string): HTMLElement {
  return fullPage('Parley cannot go on', [
    h('p', {}, [sentence]),
    h('button', { class: 'main-button', type: 'button' }, ['Load again'], { click: () => location.reload() }),
  ])
}
