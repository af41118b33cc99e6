/**
 * The relay's log as lines.
 *
 * A line per event: time, level, event, then `name=value`. Values are ids, codes, numbers and sentences of ours; never a
 * token, a key or what somebody wrote. Control characters are escaped, so that nothing can pretend to be a line of its
 * own. Rule RE121.
 */
import type { Logger } from '../ports.ts'

export type LogLevel = 'error' | 'info' | 'debug'

const ranks: Readonly<Record<LogLevel, number>> = { error: 1, info: 2, debug: 3 }

export function createLineLogger(level: LogLevel, write: (line: string) => void, now: () => number): Logger {
  const at =
    (name: LogLevel) =>
    (event: string, facts: Readonly<Record<string, unknown>> = {}): void => {
      if (ranks[name] > ranks[level]) return
      const values = Object.entries(facts).map(([key, value]) => ` ${key}=${factText(value)}`)
      write(`${new Date(now()).toISOString()} ${name} ${plainText(event)}${values.join('')}\n`)
    }
  return { error: at('error'), info: at('info'), debug: at('debug') }
}

export const silentLogger: Logger = { error: () => undefined, info: () => undefined, debug: () => undefined }

/** An error in one line: its name and message, and those of what caused it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : ` (${describeError(error.cause)})`
  return `${error.name}: ${error.message}${cause}`
}

function factText(value: unknown): string {
  switch (typeof value) {
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'undefined':
      return String(value)
    case 'string':
      return /^[\w\-.@:/]+$/.test(value) ? value : plainText(JSON.stringify(value))
    case 'object':
    case 'symbol':
    case 'function':
    default:
      return plainText(JSON.stringify(value instanceof Error ? describeError(value) : asText(value)))
  }
}

/** Nothing that ends a line, moves the cursor or turns the direction of writing. */
function plainText(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** What has no text of its own is named by its kind. */
function asText(value: unknown): string {
  try {
    return String(value)
  } catch {
    // Its own toString is broken or missing; the line matters more.
    return typeof value
  }
}
