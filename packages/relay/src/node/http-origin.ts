/**
 * Which pages may talk to this relay, and under which names it may be reached.
 *
 * A browser sets `Origin` by itself and a page cannot change it. Programs send none, and prove who they are by their
 * token alone. Rules RE85 and RE86.
 */

export interface OriginRules {
  /** Origins as a browser writes them (`https://chat.example`); `*` allows every page. */
  readonly allowed: readonly string[]
  /** For development: pages of any port of this machine. */
  readonly loopback: boolean
}

/** A page of the relay's own address may always; whether by http or https, a proxy may have changed. */
export function originAllowed(
  origin: string | undefined,
  host: string | undefined,
  rules: OriginRules,
): boolean {
  if (origin === undefined) return true
  if (rules.allowed.includes('*') || rules.allowed.includes(origin)) return true
  if (!URL.canParse(origin)) return false
  const page = new URL(origin)
  // What a browser would not have written is not from a browser, whatever host it seems to name.
  if (page.origin !== origin || !/^https?:$/.test(page.protocol)) return false
  if (rules.loopback && isLoopbackName(page.hostname)) return true
  return host !== undefined && page.host === hostOf(host, page.protocol)
}

/** As `URL` writes it: in small letters, without the port that goes without saying. */
function hostOf(host: string, protocol: string): string | undefined {
  if (!/^[a-z0-9.:[\]_-]+$/i.test(host)) return undefined
  const url = `${protocol}//${host}`
  return URL.canParse(url) ? new URL(url).host : undefined
}

/**
 * Whether a `Host` header names this machine. Somebody else's name that resolves to 127.0.0.1 (DNS rebinding) makes a
 * foreign page look like one of ours; its name gives it away.
 */
export function hostIsLoopback(host: string | undefined): boolean {
  if (host === undefined || !/^[a-z0-9.:[\]-]+$/i.test(host)) return false
  const url = `http://${host}`
  return URL.canParse(url) && isLoopbackName(new URL(url).hostname)
}

/** As given to `listen`, or as `URL` writes it: `localhost`, `127.…` or `::1`, in brackets or not. */
export function isLoopbackName(name: string): boolean {
  return (
    name === 'localhost' ||
    name === '::1' ||
    name === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
  )
}
