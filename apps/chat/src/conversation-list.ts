/** The list of conversations, newest first, each row one named link. Rules: AC3. */
import { avatar } from './avatar.ts'
import type { ChatConversation } from './chat.ts'
import { type Child, h, reconcile, setAttribute } from './dom.ts'
import { icon } from './icons.ts'
import { titleOf } from './names.ts'
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

export function createConversationList(self: string): ConversationList {
  const list = h('ul', { class: 'conversations', role: 'list' })
  const empty = h('p', { class: 'hint' }, ['No conversations yet. Start one, or wait to be invited.'])
  const element = h('nav', { class: 'list', 'aria-label': 'Conversations' }, [list, empty])
  const rows = new Map<string, HTMLLIElement>()
  const focus = roveFocus(list, '.conversation-row', 'first')
  return {
    element,
    render(conversations, selected) {
      reconcile(list, conversations, rows, {
        key: (conversation) => conversation.id,
        create: (conversation) =>
          h('li', {}, [h('a', { class: 'conversation-row', href: addressOf(conversation.id) })]),
        update: (row, conversation) => renderRow(row, conversation, conversation.id === selected, self),
      })
      empty.hidden = conversations.length > 0
      focus.refresh()
    },
  }
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
  link.classList.toggle('has-unread', conversation.unread > 0)
  link.replaceChildren(
    avatar(title),
    h('span', { class: 'conversation-title' }, [title]),
    h('time', { class: 'conversation-time' }, [time]),
    h('span', { class: 'conversation-preview' }, preview(conversation, self)),
    h('span', { class: 'conversation-marks' }, [
      syncMark(conversation),
      conversation.mentioned && h('span', { class: 'badge at', title: 'Somebody mentions you' }, ['@']),
      conversation.unread > 0 && h('span', { class: 'badge' }, [badge(conversation.unread)]),
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
  const state = own && last.state === 'sent' ? 'check' : last.state === 'failed' ? 'alert' : 'clock'
  return [own && icon(state), own ? 'You: ' : conversation.memberCount > 2 && `${last.from}: `, last.text]
}

function syncMark(conversation: ChatConversation): Child {
  if (conversation.sync === 'local')
    return h('span', { class: 'sync', title: 'Waiting for a connection' }, [icon('cloud')])
  if (conversation.sync === 'behind')
    return h('span', { class: 'sync', title: 'Being fetched' }, [icon('down')])
  return null
}

function rowLabel(conversation: ChatConversation, title: string, time: string, self: string): string {
  const { last, unread, mentioned, draft, sync } = conversation
  const who = last === null ? '' : last.from === self ? 'you' : last.from
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
  ]
  return parts.filter((part) => part !== false && part !== '').join(', ')
}

function badge(unread: number): string {
  return unread > 99 ? '99+' : String(unread)
}
