/** The list of conversations, each row one named link with a menu beside it. Rules: AC3, AC35, AC36. */
import { avatar } from './avatar.ts'
import type { ChatConversation } from './chat.ts'
import { type Keep, openConversationMenu } from './conversation-menu.ts'
import { deliveryMark } from './delivery-mark.ts'
import { type Child, h, reconcile, setAttribute } from './dom.ts'
import { icon } from './icons.ts'
import { onMenuAsked } from './menu.ts'
import { called, plainTitleOf, titleOf } from './names.ts'
import { roveFocus } from './roving.ts'
import { listTime } from './times.ts'
import { stateText } from './wording.ts'

export interface ConversationList {
  readonly element: HTMLElement
  readonly render: (conversations: readonly ChatConversation[], selected: string | undefined) => void
}

export function addressOf(conversation: string): string {
  return `#/c/${encodeURIComponent(conversation)}`
}

export function createConversationList(self: string, keep: Keep): ConversationList {
  const list = h('ul', { class: 'conversations', role: 'list' })
  const empty = h('p', { class: 'hint' }, ['No conversations yet. Start one, or wait to be invited.'])
  const element = h('nav', { class: 'list', 'aria-label': 'Conversations' }, [list, empty])
  const rows = new Map<string, HTMLLIElement>()
  const shown = new Map<string, ChatConversation>()
  const focus = roveFocus(list, '.conversation-row', 'first')

  function openMenu(id: string, beside: HTMLElement): void {
    const conversation = shown.get(id)
    if (conversation === undefined) return
    // What was hidden has left; then the focus stays in the list.
    const back = () =>
      (rows.get(id)?.querySelector('a') ?? list.querySelector<HTMLElement>('a[tabindex="0"]'))?.focus()
    openConversationMenu(conversation, { title: titleOf(conversation, self), beside, back }, keep)
  }

  return {
    element,
    render(conversations, selected) {
      reconcile(list, conversations, rows, {
        key: (conversation) => conversation.id,
        create: ({ id }) => createRow(id, (beside) => openMenu(id, beside)),
        update: (row, conversation) => {
          shown.set(conversation.id, conversation)
          renderRow(row, conversation, conversation.id === selected, self)
        },
      })
      empty.hidden = conversations.length > 0
      focus.refresh()
    },
  }
}

function createRow(id: string, openMenu: (beside: HTMLElement) => void): HTMLLIElement {
  const link = h('a', { class: 'conversation-row', href: addressOf(id) })
  const attributes = {
    class: 'quiet-button conversation-menu',
    type: 'button',
    title: 'More',
    'aria-haspopup': 'menu',
  }
  const button = h('button', attributes, [icon('more')], { click: () => openMenu(button) })
  onMenuAsked(link, () => button.click())
  return h('li', { class: 'conversation-item' }, [link, button])
}

function renderRow(
  row: HTMLLIElement,
  conversation: ChatConversation,
  selected: boolean,
  self: string,
): void {
  const link = row.firstElementChild
  if (!(link instanceof HTMLAnchorElement)) return
  const title = titleOf(conversation, self)
  setAttribute(link, 'aria-current', selected ? 'true' : undefined)
  const now = Date.now()
  const time = conversation.lastAt === 0 ? '' : listTime(conversation.lastAt, now)
  const label = rowLabel(conversation, title, time, self)
  // What is read out is all that is seen: when it is the same, nothing has to be drawn again.
  if (link.ariaLabel === label) return
  link.ariaLabel = label
  const button = row.querySelector('button')
  if (button !== null) button.ariaLabel = `Options for “${title}”`
  link.classList.toggle('has-unread', conversation.unread > 0 && !conversation.quiet)
  link.replaceChildren(
    avatar(title, 'usual', plainTitleOf(conversation, self)),
    h('span', { class: 'conversation-title' }, [title]),
    h('time', { class: 'conversation-time' }, [time]),
    h('span', { class: 'conversation-preview' }, preview(conversation, self)),
    h('span', { class: 'conversation-marks' }, [
      syncMark(conversation),
      conversation.quiet && h('span', { class: 'kept', title: 'Muted' }, [icon('hush')]),
      conversation.pinned && h('span', { class: 'kept', title: 'Pinned' }, [icon('pin')]),
      conversation.mentioned && h('span', { class: 'badge at', title: 'Somebody mentions you' }, ['@']),
      conversation.unread > 0 &&
        h('span', { class: conversation.quiet ? 'badge quiet' : 'badge' }, [badge(conversation.unread)]),
    ]),
  )
}

function preview(conversation: ChatConversation, self: string): readonly Child[] {
  if (conversation.draft.trim() !== '')
    return [h('span', { class: 'draft-mark' }, ['Draft: ']), conversation.draft]
  if (conversation.sync === 'left') return [h('em', {}, ['You are not in this conversation'])]
  const { last } = conversation
  if (last === null) return [h('em', {}, ['No messages yet'])]
  if (last.recalled) return [h('em', {}, ['Message taken back'])]
  const own = last.from === self
  return [
    own && deliveryMark(last),
    own ? 'You: ' : conversation.memberCount > 2 && `${called(last.from, conversation.names)}: `,
    last.text,
  ]
}

function syncMark(conversation: ChatConversation): Child {
  if (conversation.sync === 'local')
    return h('span', { class: 'sync', title: 'Waiting for a connection' }, [icon('cloud')])
  if (conversation.sync === 'behind')
    return h('span', { class: 'sync', title: 'Being fetched' }, [icon('down')])
  return null
}

export function rowLabel(conversation: ChatConversation, title: string, time: string, self: string): string {
  const { last, unread, mentioned, draft, sync, pinned, quiet } = conversation
  const who = last === null ? '' : last.from === self ? 'you' : called(last.from, conversation.names)
  const parts = [
    title,
    unread > 0 && `${unread} unread`,
    mentioned && 'somebody mentions you',
    draft.trim() !== '' && `draft: ${draft}`,
    last !== null && (last.recalled ? `${who} took back a message` : `${who}: ${last.text}`),
    last !== null && last.from === self && stateText(last),
    time,
    sync === 'local' && 'not created at the relay yet',
    sync === 'behind' && 'being fetched',
    sync === 'left' && 'you are not in it',
    pinned && 'pinned',
    quiet && 'muted',
  ]
  return parts.filter((part) => part !== false && part !== '').join(', ')
}

function badge(unread: number): string {
  return unread > 99 ? '99+' : String(unread)
}
