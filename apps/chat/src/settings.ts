/** What a person has set on this device, for himself alone. Rules: AC34. */

/** Off until it is switched on: what one reads is one's own affair. */
export function tellsReading(user: string): boolean {
  return localStorage.getItem(keyOf(user)) === 'on'
}

export function keepTellsReading(user: string, on: boolean): void {
  if (on) localStorage.setItem(keyOf(user), 'on')
  else localStorage.removeItem(keyOf(user))
}

function keyOf(user: string): string {
  return `parley-tells-reading:${user}`
}
