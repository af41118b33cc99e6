/** One message in the timeline. What it says, when, and for one's own what became of it and what can be done. */
import { avatar } from './avatar.ts'
import type { ChatMessage } from './chat.ts'
import { type Child, h } from './dom.ts'
import { icon } from './icons.ts'
import type { TimelineRow } from './timeline-rows.ts'
import { clockTime } from './times.ts'
import { messageLabel, reasonText } from './wording.ts'

export interface MessageActions {
  readonly recall: (message: ChatMessage) => void
  readonly retry: (message: ChatMessage) => void
  readonly discard: (message: ChatMessage) => void
}

export type MessageRow = Extract<TimelineRow, { readonly is: 'message' }>

export function messageElement(row: MessageRow, self: string, actions: MessageActions): HTMLElement {
  const { message, first, last } = row
  const own = message.from === self
  const time = clockTime(message.time)
  const classes = [
    'message',
    own ? 'own' : 'other',
    first && 'first',
    last && 'last',
    message.recalled && 'recalled',
    message.state,
  ]
  return h(
    'article',
    {
      class: classes.filter((name) => name !== false).join(' '),
      'aria-label': messageLabel(message, self, time),
      'data-id': message.id,
      'data-state': message.state,
    },
    [
      !own && (last ? avatar(message.from, 'small') : h('span', { class: 'avatar-gap' })),
      h('div', { class: 'bubble' }, [
        first && !own && h('p', { class: 'author' }, [message.from]),
        h('div', { class: 'words' }, [
          h('p', { class: 'text', dir: 'auto' }, [
            message.recalled ? `${own ? 'You' : message.from} recalled a message` : message.text,
          ]),
          h('p', { class: 'meta' }, [
            h('time', { datetime: new Date(message.time).toISOString() }, [time]),
            own && !message.recalled && stateIcon(message),
          ]),
        ]),
      ]),
      own && message.state === 'sent' && !message.recalled && recallButton(message, actions),
      own && message.state === 'failed' && failure(message, actions),
    ],
  )
}

function stateIcon(message: ChatMessage): Child {
  return icon(message.state === 'sent' ? 'check' : message.state === 'sending' ? 'clock' : 'alert')
}

function recallButton(message: ChatMessage, actions: MessageActions): HTMLElement {
  return h(
    'button',
    {
      class: 'quiet-button recall',
      type: 'button',
      title: 'Recall for everyone',
      'aria-label': `Recall “${message.text}”`,
    },
    [icon('undo')],
    { click: () => actions.recall(message) },
  )
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
