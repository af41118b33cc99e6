/** A modal dialog with a heading. Escape, the cross and a click beside it close it; focus goes back where it came from. */
import { type Child, h } from './dom.ts'
import { icon } from './icons.ts'

export interface Dialog {
  readonly element: HTMLDialogElement
  readonly close: () => void
}

export function openDialog(title: string, content: (close: () => void) => readonly Child[]): Dialog {
  const close = () => element.close()
  const element = h('dialog', { class: 'dialog', 'aria-label': title }, [], {
    close: () => element.remove(),
    click: (event) => {
      if (event.target === element) close()
    },
  })
  element.append(
    h('div', { class: 'dialog-body' }, [
      h('header', { class: 'dialog-head' }, [
        h('h2', {}, [title]),
        h('button', { class: 'quiet-button', type: 'button', 'aria-label': 'Close' }, [icon('close')], {
          click: close,
        }),
      ]),
      ...content(close),
    ]),
  )
  document.body.append(element)
  element.showModal()
  return { element, close }
}

/** Asks before something that cannot be taken back. */
export function confirmDialog(
  question: { readonly title: string; readonly text: string; readonly yes: string },
  then: () => void,
): void {
  openDialog(question.title, (close) => [
    h('p', { class: 'dialog-text' }, [question.text]),
    h('footer', { class: 'dialog-foot' }, [
      h('button', { class: 'plain-button', type: 'button' }, ['Cancel'], { click: close }),
      h('button', { class: 'danger-button', type: 'button', autofocus: true }, [question.yes], {
        click: () => {
          close()
          then()
        },
      }),
    ]),
  ])
}
