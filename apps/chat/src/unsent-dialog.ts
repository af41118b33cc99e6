/** What waits for the relay and what it refused: what it was, why, and what can be done about it. Rules: AC12, AC37. */
import type { Chat, Unsent } from './chat.ts'
import { openDialog } from './dialog.ts'
import { h } from './dom.ts'
import { icon } from './icons.ts'
import { titleOf } from './names.ts'
import { reasonText } from './wording.ts'

export function openUnsent(chat: Chat, run: (work: Promise<unknown>) => void): void {
  const list = h('ul', { class: 'unsent', role: 'list' })
  const done = h('p', { class: 'dialog-text' }, ['Everything has reached the relay.'])
  const draw = () => {
    const unsent = chat.unsent()
    list.replaceChildren(...unsent.map((item) => unsentRow(chat, item, run)))
    done.hidden = unsent.length > 0
  }
  const stop = chat.on((event) => {
    if (event.type === 'changed' || event.type === 'message') draw()
  })
  const hint = h('p', { class: 'dialog-text hint' }, [
    'What waits is kept on this device, also when the page is closed, and goes out in order when there is a connection.',
  ])
  const { element } = openDialog('Not sent yet', () => [hint, list, done])
  element.addEventListener('close', stop)
  draw()
}

function unsentRow(chat: Chat, item: Unsent, run: (work: Promise<unknown>) => void): HTMLElement {
  const conversation = chat.conversation(item.conversation)
  const where = conversation === undefined ? item.conversation : titleOf(conversation, chat.user)
  const why = item.state === 'refused' ? reasonText(item.reason) : 'waiting for a connection'
  const refused = item.state === 'refused'
  return h('li', { class: `unsent-item ${item.state}` }, [
    icon(refused ? 'alert' : 'clock'),
    h('div', {}, [
      h('p', { class: 'unsent-what' }, [item.what]),
      h('p', { class: 'hint' }, [where === '' ? why : `${where} · ${why}`]),
      refused &&
        h('p', {}, [
          h('button', { class: 'link-button', type: 'button' }, ['Try again'], {
            click: () => run(chat.retry(item.id)),
          }),
          h('button', { class: 'link-button', type: 'button' }, ['Discard'], {
            click: () => run(chat.discard(item.id)),
          }),
        ]),
    ]),
  ])
}
