/**
 * One message in the timeline: what it says and answers, when, how others took it, and for one's own what became of it.
 *
 * Rules: AC16, AC25, AC26, AC27, AC28, AC29, AC32, AC33, AC38.
 */
import { avatar } from './avatar.ts'
import type { ChatMessage, ChatReaction, Names } from './chat.ts'
import { deliveryMark } from './delivery-mark.ts'
import { type Child, h } from './dom.ts'
import { icon } from './icons.ts'
import { everybody, partsOf } from './mentions.ts'
import { onMenuAsked } from './menu.ts'
import { hasMenu, type MessageMenuActions, openMessageMenu } from './message-menu.ts'
import { called } from './names.ts'
import type { TimelineRow } from './timeline-rows.ts'
import { clockTime } from './times.ts'
import { clipped, messageLabel, quoteOf, reactionText, reasonText } from './wording.ts'

export interface MessageActions extends MessageMenuActions {
  readonly retry: (message: ChatMessage) => void
  readonly discard: (message: ChatMessage) => void
  readonly jumpTo: (message: string) => void
}

export type MessageRow = Extract<TimelineRow, { readonly is: 'message' }>

export function messageElement(row: MessageRow, self: string, actions: MessageActions): HTMLElement {
  const { message, first, last, names } = row
  const own = message.from === self
  const classes = [
    'message',
    own ? 'own' : 'other',
    first && 'first',
    last && 'last',
    message.recalled && 'recalled',
    message.state,
  ]
  const element = h(
    'article',
    {
      class: classes.filter((name) => name !== false).join(' '),
      'aria-label': labelOf(row, self),
      // It can have the focus before the list has made one of its rows the stop of the Tab key.
      tabindex: '-1',
      'data-id': message.id,
      'data-state': message.state,
    },
    [
      !own &&
        (last
          ? avatar(called(message.from, names), 'small', message.from)
          : h('span', { class: 'avatar-gap' })),
      h('div', { class: 'said' }, [bubble(row, self, actions), reactionList(row, self, actions)]),
      hasMenu(message) && menuButton(row, self, actions),
      own && message.state === 'failed' && failure(message, actions),
    ],
  )
  if (hasMenu(message)) listenForMenu(element)
  return element
}

function labelOf({ message, quoted, waits, names }: MessageRow, self: string): string {
  const quote = quoted === undefined ? undefined : quoteOf(quoted, self, names)
  return messageLabel(message, self, {
    time: clockTime(message.time),
    waits,
    names,
    ...(quote === undefined ? {} : { quoted: `${quote.who}: ${quote.text}` }),
  })
}

function bubble(row: MessageRow, self: string, actions: MessageActions): HTMLElement {
  const { message, first, names } = row
  const own = message.from === self
  const author = called(message.from, names)
  const { recalled } = message
  return h('div', { class: 'bubble' }, [
    first && !own && h('p', { class: 'author' }, [author]),
    message.replyTo !== null && !recalled && quoteButton(row, message.replyTo, self, actions),
    h('div', { class: 'words' }, [
      h(
        'p',
        { class: 'text', dir: 'auto' },
        recalled ? [`${own ? 'You' : author} took back a message`] : words(message, self),
      ),
      h('p', { class: 'meta' }, [
        message.edited && !recalled && h('span', {}, ['edited']),
        h('time', { datetime: new Date(message.time).toISOString() }, [clockTime(message.time)]),
        stateIcon(row, own),
      ]),
    ]),
  ])
}

/** Who is named stands out, oneself more than others. */
function words({ text, mentions, mentionsAll }: ChatMessage, self: string): readonly Child[] {
  return partsOf(text, mentionsAll ? [...mentions, everybody] : mentions).map(({ text: part, mention }) => {
    if (mention === undefined) return part
    const me = mention === self || (mentionsAll && mention === everybody)
    return h('span', { class: me ? 'mention me' : 'mention' }, [part])
  })
}

function quoteButton(
  { quoted, names }: MessageRow,
  replyTo: string,
  self: string,
  actions: MessageActions,
): HTMLElement {
  const quote = quoted === undefined ? undefined : quoteOf(quoted, self, names)
  if (quote === undefined)
    return h('p', { class: 'quote' }, ['In answer to a message that is not on this device'])
  return h(
    'button',
    {
      class: 'quote',
      type: 'button',
      'data-key': 'quote',
      title: 'Go to it',
      'aria-label': `In answer to ${quote.who}: ${quote.text}`,
    },
    [
      h('span', { class: 'quote-who' }, [quote.who]),
      h('span', { class: 'quote-text', dir: 'auto' }, [quote.text]),
    ],
    { click: () => actions.jumpTo(replyTo) },
  )
}

function stateIcon({ message, waits }: MessageRow, own: boolean): Child {
  if (message.state === 'sent' && waits) return icon('clock')
  return own && !message.recalled && deliveryMark(message)
}

function reactionList({ message, names }: MessageRow, self: string, actions: MessageActions): Child {
  if (message.reactions.length === 0 || message.recalled) return null
  return h(
    'ul',
    { class: 'reactions', role: 'list', 'aria-label': 'Reactions' },
    message.reactions.map((reaction) =>
      h('li', {}, [reactionButton(message, reaction, { self, names }, actions)]),
    ),
  )
}

function reactionButton(
  message: ChatMessage,
  reaction: ChatReaction,
  { self, names }: { readonly self: string; readonly names: Names },
  actions: MessageActions,
): HTMLElement {
  const { sign, users } = reaction
  const text = reactionText(reaction, self, names)
  const attributes = {
    class: 'reaction',
    type: 'button',
    title: text,
    'aria-label': text,
    'aria-pressed': String(users.includes(self)),
    'data-key': `reaction ${sign}`,
  }
  const count = h('span', { class: 'reaction-count' }, [String(users.length)])
  return h('button', attributes, [sign, count], { click: () => actions.react(message, sign) })
}

function menuButton({ message }: MessageRow, self: string, actions: MessageActions): HTMLElement {
  const button = h(
    'button',
    {
      class: 'quiet-button message-menu',
      type: 'button',
      title: 'More',
      'aria-label': `What to do with “${clipped(message.text)}”`,
      'aria-haspopup': 'menu',
      'data-key': 'menu',
    },
    [icon('more')],
    {
      click: () => {
        // The row may be drawn anew while its menu is open.
        const list = button.closest('.messages')
        const back = () =>
          list?.querySelector<HTMLElement>(`article[data-id="${CSS.escape(message.id)}"]`)?.focus()
        openMessageMenu(message, { self, beside: button, back }, actions)
      },
    },
  )
  return button
}

/** A mouse has the button, and its own menu. */
function listenForMenu(element: HTMLElement): void {
  const open = () => element.querySelector<HTMLElement>('.message-menu')?.click()
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.target !== element) return
    event.preventDefault()
    open()
  })
  onMenuAsked(element, open)
}

function failure(message: ChatMessage, actions: MessageActions): HTMLElement {
  return h('div', { class: 'failure' }, [
    h('p', {}, [`Not sent. ${reasonText(message.reason)}`]),
    h('button', { class: 'link-button', type: 'button' }, ['Try again'], {
      click: () => actions.retry(message),
    }),
    h('button', { class: 'link-button', type: 'button' }, ['Discard'], {
      click: () => actions.discard(message),
    }),
  ])
}
