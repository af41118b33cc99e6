/**
 * A list with one stop for the Tab key: the arrow keys, Home and End go through its rows, and Tab goes on to the buttons of
 * the row one is in.
 */

export function roveFocus(
  list: HTMLElement,
  rowSelector: string,
  /** Where Tab arrives when no row is the current one. */
  entry: 'first' | 'last',
): { readonly refresh: () => void } {
  const rows = () => [...list.querySelectorAll<HTMLElement>(rowSelector)]
  let current: HTMLElement | undefined

  function choose(row: HTMLElement | undefined): void {
    current = row
    for (const each of rows()) {
      const index = each === row ? 0 : -1
      each.tabIndex = index
      for (const button of wholeOf(each).querySelectorAll('button')) button.tabIndex = index
    }
  }

  /** The list's own child that holds a row: its buttons need not stand within the row itself. */
  function wholeOf(row: HTMLElement): HTMLElement {
    let whole = row
    while (whole.parentElement !== null && whole.parentElement !== list) whole = whole.parentElement
    return whole
  }

  list.addEventListener('focusin', ({ target }) => {
    const row = rows().find((each) => target instanceof Node && wholeOf(each).contains(target))
    if (row !== undefined) choose(row)
  })

  list.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return
    // Keys inside a row's own buttons or fields are theirs.
    if (!(event.target instanceof HTMLElement) || !event.target.matches(rowSelector)) return
    const all = rows()
    const index = all.indexOf(event.target)
    const next = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: all.length - 1 }[event.key]
    const row = next === undefined ? undefined : all[next]
    if (row === undefined) return
    event.preventDefault()
    row.focus()
  })

  return {
    /** After rows came or went: exactly one of them can be reached. */
    refresh: () => {
      const all = rows()
      const selected = all.find((row) => row.getAttribute('aria-current') === 'true')
      const otherwise = selected ?? (entry === 'first' ? all[0] : all.at(-1))
      choose(current !== undefined && all.includes(current) ? current : otherwise)
    },
  }
}
