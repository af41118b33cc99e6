/** Values as text, to be compared, and told apart from what must not be told. */

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

export function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (inner instanceof Uint8Array ? hex(inner) : inner))
}

/** The names of what is otherwise now. */
export function differences(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter((name) => before[name] !== after[name])
}
