/**
 * Where in a conversation the rows above a position begin. Sequences are 1, 2, 3 … and positions grow with them, so it is
 * found by halving, from the newest backwards: what is asked for is mostly near the end, and an index of its own would
 * cost every append a page.
 */

/** The sequence of the first row above `position`; `newest` is that of the last row, which is above it. */
export function firstAbove(position: number, newest: number, positionAt: (seq: number) => number): number {
  let above = newest
  let below = 0
  for (let stride = 1; above > 1 && below === 0; stride *= 2) {
    const seq = Math.max(1, above - stride)
    if (positionAt(seq) > position) above = seq
    else below = seq
  }
  while (above > below + 1) {
    const middle = Math.floor((above + below) / 2)
    if (positionAt(middle) > position) above = middle
    else below = middle
  }
  return above
}
