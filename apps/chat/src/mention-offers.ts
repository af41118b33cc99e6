/**
 * The list that opens above the field while one writes a name behind an @. The arrow keys choose, Enter and Tab take,
 * Escape closes; the focus stays in the field.
 *
 * Rules: AC28.
 */
import { avatar } from './avatar.ts'
import { h } from './dom.ts'
import { icon } from './icons.ts'
import { type Begun, begunAt, everybody, offersFor } from './mentions.ts'

export interface MentionOffers {
  readonly element: HTMLElement
  /** Answers whether the key was meant for the list. */
  readonly onKey: (event: KeyboardEvent) => boolean
  readonly close: () => void
}

export function createMentionOffers(
  field: HTMLTextAreaElement,
  others: () => readonly string[],
): MentionOffers {
  const element = h('ul', {
    id: 'mention-offers',
    class: 'offers',
    role: 'listbox',
    'aria-label': 'People to mention',
    hidden: true,
  })
  let offered: readonly string[] = []
  let begun: Begun | undefined
  let chosen = 0
  field.setAttribute('aria-autocomplete', 'list')
  field.setAttribute('aria-controls', element.id)
  field.addEventListener('input', open)
  field.addEventListener('click', close)
  field.addEventListener('blur', close)

  function open(): void {
    const caret = field.selectionStart
    begun = caret === field.selectionEnd ? begunAt(field.value, caret) : undefined
    offered = begun === undefined ? [] : offersFor(begun.typed, others())
    chosen = 0
    draw()
  }

  function close(): void {
    offered = []
    draw()
  }

  function draw(): void {
    element.hidden = offered.length === 0
    element.replaceChildren(...offered.map(option))
    if (element.hidden) field.removeAttribute('aria-activedescendant')
    else field.setAttribute('aria-activedescendant', optionId(chosen))
    element.children[chosen]?.scrollIntoView({ block: 'nearest' })
  }

  function option(name: string, index: number): HTMLElement {
    const attributes = {
      id: optionId(index),
      class: 'offer',
      role: 'option',
      'aria-selected': String(index === chosen),
    }
    const picture = name === everybody ? icon('people') : avatar(name, 'small')
    return h('li', attributes, [picture, name], {
      // The field keeps the focus, and with it the keyboard of a phone.
      pointerdown: (event) => event.preventDefault(),
      click: () => take(name),
    })
  }

  function take(name: string): void {
    if (begun === undefined) return
    field.setRangeText(`@${name} `, begun.start, begun.start + 1 + begun.typed.length, 'end')
    // As if it had been typed: it is a draft, and the field grows with it.
    field.dispatchEvent(new Event('input'))
    field.focus()
  }

  return {
    element,
    close,
    onKey(event) {
      const name = offered[chosen]
      if (name === undefined) return false
      if (event.key === 'Enter' && name === begun?.typed) {
        // The name is written out: there is nothing to take, and Enter sends.
        close()
        return false
      }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step !== undefined) {
        chosen = (chosen + step + offered.length) % offered.length
        draw()
      } else if (event.key === 'Enter' || event.key === 'Tab') {
        take(name)
      } else if (event.key === 'Escape') {
        close()
      } else {
        // The caret may leave the name.
        if (event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End') close()
        return false
      }
      event.preventDefault()
      event.stopPropagation()
      return true
    },
  }
}

function optionId(index: number): string {
  return `mention-offer-${index}`
}
