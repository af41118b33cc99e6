/** What must hold here whatever a peer sends: if it does not, the bug is ours, and it is thrown. */
export function assert(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`@parley/wire: ${what}`)
}
