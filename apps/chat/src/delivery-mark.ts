/** What became of one's own message, as ticks: one at the relay, two with the others, two that stand out when read. Rules: AC33. */
import type { ChatMessage } from './chat.ts'
import { h } from './dom.ts'
import { type IconName, icon } from './icons.ts'

const marks: Readonly<
  Record<NonNullable<ChatMessage['reached']> | ChatMessage['state'], readonly [IconName, string]>
> = {
  sending: ['clock', 'Waiting to be sent'],
  failed: ['alert', 'Not sent'],
  sent: ['check', 'Sent'],
  delivered: ['checks', 'Delivered'],
  read: ['checks', 'Read'],
}

export function deliveryOf({ state, reached }: ChatMessage): keyof typeof marks {
  return state === 'sent' ? (reached ?? 'sent') : state
}

export function deliveryMark(message: ChatMessage): HTMLElement {
  const delivery = deliveryOf(message)
  const [image, name] = marks[delivery]
  return h('span', { class: `delivery ${delivery}`, role: 'img', 'aria-label': name, title: name }, [
    icon(image),
  ])
}
