/**
 * The timeline on screen. It follows the newest message as long as its end is in view; otherwise it stays where the reader
 * is, also when older messages come in above, and offers the way down.
 *
 * Rules: AC8, AC9, AC27.
 */
import { h, keepingFocus, reconcile } from './dom.ts'
import { icon } from './icons.ts'
import { type MessageActions, messageElement } from './message-row.ts'
import { roveFocus } from './roving.ts'
import type { Timeline } from './timeline-model.ts'
import type { TimelineRow } from './timeline-rows.ts'

/** This near to an end counts as at it. */
const endPixels = 80
/** So long a message is marked that was looked for. */
const foundMs = 1600

export interface TimelineView {
  readonly element: HTMLElement
  readonly render: (rows: readonly TimelineRow[], timeline: Timeline) => void
  /** Something new came below what is in view. */
  readonly showNew: (count: number) => void
  readonly toEnd: () => void
  readonly atEnd: () => boolean
  /** Brings a message that is shown into view, and marks it for a moment. */
  readonly show: (message: string) => void
}

export interface TimelineViewOptions extends MessageActions {
  readonly self: string
  readonly reachedTop: () => void
  readonly reachedEnd: () => void
}

export function createTimelineView(options: TimelineViewOptions): TimelineView {
  const list = h('ol', { class: 'messages', 'aria-label': 'Messages' })
  const topText = h('p', {})
  const older = h('button', { class: 'link-button', type: 'button' }, ['Load older messages'], {
    click: () => options.reachedTop(),
  })
  const top = h('div', { class: 'timeline-top' }, [topText, older])
  const scroller = h('div', { class: 'scroller' }, [top, list], { scroll: onScroll })
  const jumpCount = h('span', { class: 'badge' })
  const jump = h(
    'button',
    { class: 'jump', type: 'button', 'aria-label': 'To the newest message', hidden: true },
    [jumpCount, icon('down')],
    { click: toEnd },
  )
  const element = h('div', { class: 'timeline' }, [scroller, jump])
  const rows = new Map<string, HTMLLIElement>()
  const drawn = new WeakMap<HTMLLIElement, string>()
  const focus = roveFocus(list, 'article', 'last')
  let following = true

  function distanceToEnd(): number {
    return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight
  }

  function onScroll(): void {
    following = distanceToEnd() < endPixels
    if (following) {
      jump.hidden = true
      options.reachedEnd()
    } else if (jump.hidden) {
      jumpCount.textContent = ''
      jump.hidden = false
    }
    if (scroller.scrollTop < endPixels) options.reachedTop()
  }

  function toEnd(): void {
    following = true
    scroller.scrollTop = scroller.scrollHeight
  }

  // A keyboard that opens or a composer that grows takes from below: the newest message stays in view.
  new ResizeObserver(() => {
    if (following) toEnd()
  }).observe(scroller)

  function update(item: HTMLLIElement, row: TimelineRow): void {
    const now = JSON.stringify(row)
    if (drawn.get(item) === now) return
    drawn.set(item, now)
    keepingFocus(
      item,
      () => item.replaceChildren(content(row, options)),
      () => item.querySelector('article'),
    )
  }

  return {
    element,
    toEnd,
    atEnd: () => following,
    render(items, timeline) {
      const anchor = following ? undefined : firstInView(scroller, list)
      const offset = anchor?.getBoundingClientRect().top ?? 0
      reconcile(list, items, rows, {
        key: (row) => row.key,
        create: (row) => h('li', { class: `row-${row.is}` }),
        update,
      })
      topText.textContent = aboveAll(timeline)
      older.hidden = timeline.complete
      focus.refresh()
      if (following) toEnd()
      else if (anchor?.isConnected === true) scroller.scrollTop += anchor.getBoundingClientRect().top - offset
    },
    show(message) {
      const article = list.querySelector<HTMLElement>(`article[data-id="${CSS.escape(message)}"]`)
      if (article === null) return
      following = false
      article.scrollIntoView({ block: 'center' })
      article.focus({ preventScroll: true })
      article.classList.add('found')
      setTimeout(() => article.classList.remove('found'), foundMs)
    },
    showNew(count) {
      if (following) return
      jumpCount.textContent = String(Number(jumpCount.textContent) + count)
      jump.hidden = false
    },
  }
}

function content(row: TimelineRow, options: TimelineViewOptions): HTMLElement {
  switch (row.is) {
    case 'day':
      return h('h2', { class: 'day' }, [row.label])
    case 'unread':
      return h('p', { class: 'unread-mark' }, ['New'])
    case 'message':
      return messageElement(row, options.self, options)
  }
}

/** Among the messages: the name of a day may go when older ones of that day come in. */
function firstInView(scroller: HTMLElement, list: HTMLElement): Element | undefined {
  const { top } = scroller.getBoundingClientRect()
  return [...list.querySelectorAll('.row-message')].find((row) => row.getBoundingClientRect().bottom > top)
}

function aboveAll(timeline: Timeline): string {
  if (timeline.missing) return 'Older messages are not on this device. They come when there is a connection.'
  if (timeline.complete)
    return timeline.messages.length === 0 ? 'Nothing has been said yet.' : 'The conversation begins here.'
  return ''
}
