/** The column of conversations: who one is, whether there is a connection, the list, what waits. Rules: AC3, AC12, AC38. */
import { avatar } from './avatar.ts'
import type { Chat } from './chat.ts'
import { createConversationList } from './conversation-list.ts'
import type { Keep } from './conversation-menu.ts'
import { h } from './dom.ts'
import { icon } from './icons.ts'
import { called } from './names.ts'
import { connectionText, unsentText } from './wording.ts'

export interface Side {
  readonly element: HTMLElement
  readonly render: (selected: string | undefined) => void
}

export interface SideOptions {
  readonly chat: Chat
  readonly keep: Keep
  readonly showOwn: () => void
  readonly create: () => void
  readonly join: () => void
  readonly showUnsent: () => void
}

export function createSide({ chat, keep, showOwn, create, join, showUnsent }: SideOptions): Side {
  const list = createConversationList(chat.user, keep)
  const name = h('p', { class: 'own-name', title: chat.user })
  const picture = h('span', { class: 'picture' })
  const state = h('span', { class: 'own-state' })
  const unsent = h('span', {})
  const unsentButton = h(
    'button',
    { class: 'unsent-button', type: 'button' },
    [icon('clock'), icon('alert'), unsent],
    {
      click: showUnsent,
    },
  )
  const element = h('div', { class: 'side' }, [
    h('header', { class: 'side-head' }, [
      h(
        'button',
        { class: 'own-button', type: 'button', title: 'About you', 'aria-label': 'About you' },
        [picture],
        { click: showOwn },
      ),
      h('div', { class: 'titles' }, [name, state]),
      h(
        'button',
        { class: 'quiet-button', type: 'button', title: 'Join by id', 'aria-label': 'Join by id' },
        [icon('link')],
        {
          click: join,
        },
      ),
      h(
        'button',
        {
          class: 'main-button icon-button',
          type: 'button',
          title: 'New conversation',
          'aria-label': 'New conversation',
        },
        [icon('plus')],
        { click: create },
      ),
    ]),
    list.element,
    unsentButton,
  ])
  return {
    element,
    render(selected) {
      list.render(chat.conversations(), selected)
      const shown = called(chat.user, chat.namesOf([chat.user]))
      if (name.textContent !== shown) {
        name.textContent = shown
        picture.replaceChildren(avatar(shown, 'usual', chat.user))
      }
      const connection = connectionText(chat.connection(), performance.now())
      state.textContent = connection.tone === 'warn' ? 'Offline' : connection.text
      state.dataset['tone'] = connection.tone
      const waits = unsentText(chat.unsent())
      unsent.textContent = waits
      unsentButton.hidden = waits === ''
      unsentButton.classList.toggle(
        'refused',
        chat.unsent().some((item) => item.state === 'refused'),
      )
    },
  }
}
