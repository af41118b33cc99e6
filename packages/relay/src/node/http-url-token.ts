/**
 * Tokens in the address: refused even where they are good, since addresses end up in the logs of every proxy, in
 * histories and in what a page tells other pages. Rule RE204.
 */

/** Names that libraries give a token in an address. */
const names = /^(?:(?:access|id|auth|bearer)?[_-]?token|jwt|y?auth|authorization|bearer)$/i

/**
 * Three parts of base64url; the last one is empty in a token that is not signed. Looked for only where a part begins: from
 * every character on, an address of 16 kB would take seconds.
 */
const shape = /(?<![\w-])[\w-]{8,}\.[\w-]{8,}\.[\w-]*/

export function holdsToken(url: string | undefined): boolean {
  const [, query = ''] = (url ?? '').split(/\?(.*)/s)
  if (query === '') return false
  const pairs = [...new URLSearchParams(query.replaceAll('#', '&'))]
  return pairs.some(([name, value]) => names.test(name) || shape.test(name) || shape.test(value))
}

export const tokenInUrl =
  'This address holds a token, which every proxy on the way may have written down by now. Make a new one. Devices show it in their hello, stock Yjs tools as a subprotocol "token.<jwt>".'
