/** A person or a conversation as one or two letters on a colour that is always the same for the same name. */
import { h } from './dom.ts'

const hues = 8

/** `of`: whose colour it bears, when that is not called by the name. */
export function avatar(name: string, size: 'small' | 'usual' = 'usual', of: string = name): HTMLElement {
  return h('span', { class: `avatar avatar-${size} hue-${hueOf(of)}`, 'aria-hidden': 'true' }, [
    initials(name),
  ])
}

export function hueOf(name: string): number {
  let sum = 7
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521
  return sum % hues
}

/** The first letters of the first two words. */
export function initials(name: string): string {
  const words = name.split(/[\s_.@:,-]+/u).filter((word) => word !== '')
  const [first = '?', second] = words
  return [first, second]
    .map((word) => firstLetter(word ?? ''))
    .join('')
    .toUpperCase()
}

/** As people see letters: an accent or a flag is part of one. */
function firstLetter(word: string): string {
  for (const { segment } of new Intl.Segmenter().segment(word)) return segment
  return ''
}
