/** The line above an open conversation: the way back, whose it is, the way to its members. */
import { avatar } from './avatar.ts'
import type { ChatConversation } from './chat.ts'
import { h } from './dom.ts'
import { icon } from './icons.ts'
import { called, plainTitleOf, titleOf } from './names.ts'
import { typingText } from './wording.ts'

export interface TalkHead {
  readonly element: HTMLElement
  readonly render: (conversation: ChatConversation, membersShown: boolean) => void
}

export function createTalkHead(self: string, toggleMembers: () => void): TalkHead {
  const title = h('h1', { class: 'title' })
  const subtitle = h('p', { class: 'subtitle' })
  const picture = h('span', { class: 'picture' })
  const members = h(
    'button',
    { class: 'quiet-button', type: 'button', title: 'Members', 'aria-label': 'Members' },
    [icon('people')],
    { click: toggleMembers },
  )
  const element = h('header', { class: 'talk-head' }, [
    h('a', { class: 'quiet-button back', href: '#/', 'aria-label': 'All conversations' }, [icon('back')]),
    picture,
    h('div', { class: 'titles' }, [title, subtitle]),
    members,
  ])
  return {
    element,
    render(conversation, membersShown) {
      const name = (user: string) => called(user, conversation.names)
      const shown = titleOf(conversation, self)
      title.textContent = shown
      subtitle.textContent =
        typingText(conversation.typing.map(name)) ??
        (conversation.name === null
          ? `${conversation.memberCount} members`
          : conversation.members.map(name).join(', '))
      picture.replaceChildren(avatar(shown, 'usual', plainTitleOf(conversation, self)))
      members.ariaExpanded = String(membersShown)
    },
  }
}
