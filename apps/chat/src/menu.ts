/**
 * A menu beside what it belongs to. The arrow keys, Home and End go through it; Escape, Tab, a choice and a click beside it
 * close it. The browser keeps it above everything else and gives the focus back.
 */
import { h } from './dom.ts'
import { type IconName, icon } from './icons.ts'

const rightButton = 2
const gapPixels = 4
const edgePixels = 8

export interface MenuItem {
  readonly label: string
  readonly icon: IconName
  /** It takes something away. */
  readonly grave?: boolean
  readonly act: () => void
}

/** A sign to set or to take back, in a row above the items. */
export interface MenuSign {
  readonly sign: string
  readonly label: string
  readonly set: boolean
  readonly act: () => void
}

export interface MenuOptions {
  readonly label: string
  readonly beside: HTMLElement
  readonly signs?: readonly MenuSign[]
  readonly items: readonly MenuItem[]
  /** Takes the focus when what had it is not there any more. */
  readonly back: () => void
}

/** The press of a click that closes the menu of what was pressed: the rest of it is not to open it again. */
let pressed: HTMLElement | undefined

export function openMenu({ label, beside, signs = [], items, back }: MenuOptions): void {
  const closes = pressed === beside
  pressed = undefined
  if (closes) return
  const place = beside.getBoundingClientRect()
  const menu = h('div', { class: 'menu', role: 'menu', 'aria-label': label, popover: 'auto' }, [], {
    keydown: onKey,
    toggle: (event) => {
      if (event.newState === 'open') return
      const lost = document.activeElement === document.body || menu.contains(document.activeElement)
      document.removeEventListener('pointerdown', onPress, true)
      menu.remove()
      if (lost) back()
    },
  })
  const close = () => menu.hidePopover()
  const chosen = (act: () => void) => () => {
    close()
    act()
  }

  function onPress({ target }: PointerEvent): void {
    pressed = target instanceof Node && beside.contains(target) ? beside : undefined
  }

  function onKey(event: KeyboardEvent): void {
    const buttons = [...menu.querySelectorAll('button')]
    const at = buttons.findIndex((button) => button === document.activeElement)
    const next = {
      ArrowDown: at + 1,
      ArrowRight: at + 1,
      ArrowUp: at - 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: -1,
    }[event.key]
    if (event.key === 'Tab') close()
    if (next === undefined) return
    event.preventDefault()
    buttons.at(next % buttons.length)?.focus()
  }

  if (signs.length > 0)
    menu.append(
      h(
        'div',
        { class: 'menu-signs', role: 'group', 'aria-label': 'React' },
        signs.map((one) => signButton(one, chosen)),
      ),
    )
  menu.append(
    ...items.map((item) =>
      h(
        'button',
        {
          class: `menu-item${item.grave === true ? ' grave' : ''}`,
          type: 'button',
          role: 'menuitem',
          tabindex: '-1',
        },
        [icon(item.icon), item.label],
        { click: chosen(item.act) },
      ),
    ),
  )
  document.addEventListener('pointerdown', onPress, true)
  document.body.append(menu)
  menu.showPopover()
  put(menu, place)
  menu.querySelector('button')?.focus({ preventScroll: true })
}

/**
 * By the menu key of a keyboard and by a long touch; a mouse has its own menu. A finger opens it when it is lifted: lifted
 * over an open menu it would close it.
 */
export function onMenuAsked(element: HTMLElement, open: () => void): void {
  element.addEventListener('contextmenu', (event) => {
    const touched = event instanceof PointerEvent && event.pointerType === 'touch'
    if (!touched && event.button === rightButton) return
    event.preventDefault()
    if (!touched) open()
    else document.addEventListener('pointerup', () => setTimeout(open), { once: true })
  })
}

function signButton(
  { sign, label, set, act }: MenuSign,
  chosen: (act: () => void) => () => void,
): HTMLElement {
  const attributes = {
    class: 'menu-sign',
    type: 'button',
    role: 'menuitemcheckbox',
    'aria-checked': String(set),
    'aria-label': label,
    tabindex: '-1',
  }
  return h('button', attributes, [sign], { click: chosen(act) })
}

/** Below what it belongs to, or above it where there is no room; never over the edge of the window. */
function put(menu: HTMLElement, place: DOMRect): void {
  const { width, height } = menu.getBoundingClientRect()
  const left = place.left + width > innerWidth - edgePixels ? place.right - width : place.left
  const below = place.bottom + gapPixels
  const top = below + height > innerHeight - edgePixels ? place.top - gapPixels - height : below
  menu.style.left = `${Math.max(edgePixels, Math.min(left, innerWidth - edgePixels - width))}px`
  menu.style.top = `${Math.max(edgePixels, Math.min(top, innerHeight - edgePixels - height))}px`
}
