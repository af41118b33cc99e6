/** Small tools that make the page's elements: one element, what keeps its focus, one list kept in step with its items. */

export type Child = Node | string | null | undefined | false
type Attributes = Readonly<Record<string, string | boolean | undefined>>
type Listeners = {
  readonly [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void
}

/** `true` writes an attribute without a value; `false` and `undefined` write none. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  children: readonly Child[] = [],
  listeners: Listeners = {},
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value)
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false))
  listen(element, listeners)
  return element
}

export function setAttribute(element: Element, name: string, value: string | boolean | undefined): void {
  if (value === undefined || value === false) element.removeAttribute(name)
  else element.setAttribute(name, value === true ? '' : value)
}

function listen(element: HTMLElement, listeners: Listeners): void {
  for (const [name, listener] of Object.entries(listeners)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets which listener goes with which name
    element.addEventListener(name, listener as EventListener)
  }
}

/** Draws anew what is in `parent`; what had the focus there has it again, by its `data-key`, or else `otherwise` has. */
export function keepingFocus(
  parent: HTMLElement,
  draw: () => void,
  otherwise?: () => HTMLElement | null,
): void {
  const focused = document.activeElement
  if (focused === null || !parent.contains(focused)) {
    draw()
    return
  }
  const key = focused.getAttribute('data-key')
  draw()
  const again = key === null ? null : parent.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
  const target = again ?? otherwise?.()
  target?.focus({ preventScroll: true })
}

/**
 * Makes the children of `parent` those of `items`, in their order. A child stays the same element as long as its key is
 * there, and is moved only when it must, so that focus and scrolling survive.
 */
export function reconcile<Item, Row extends HTMLElement>(
  parent: HTMLElement,
  items: readonly Item[],
  rows: Map<string, Row>,
  view: {
    readonly key: (item: Item) => string
    readonly create: (item: Item) => Row
    readonly update: (row: Row, item: Item) => void
  },
): void {
  const wanted = new Set(items.map(view.key))
  for (const [key, row] of rows) {
    if (wanted.has(key)) continue
    row.remove()
    rows.delete(key)
  }
  let at = parent.firstElementChild
  for (const item of items) {
    const key = view.key(item)
    const row = rows.get(key) ?? view.create(item)
    rows.set(key, row)
    view.update(row, item)
    if (row === at) at = at.nextElementSibling
    else parent.insertBefore(row, at)
  }
}
