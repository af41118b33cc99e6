/** What must hold here whatever the relay and the store say: if it does not, the bug is ours, and it is thrown. */
export function assert(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`@parley/client: ${what}`)
}
