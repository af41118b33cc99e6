/**
 * Whom a text names: `@` and a member's name, or everybody. What of a text is a mention, and which names to offer to
 * somebody who has begun to write one.
 *
 * Rules: AC28.
 */

/** Written behind the @ for all members at once. */
export const everybody = 'everybody'

const maxOffered = 6

/** An @ within a word, as in an address of mail, names nobody. */
const pattern = /(?<![A-Za-z0-9_\-.@:])@([A-Za-z0-9_\-.@:]{1,64})/g

export interface Mentions {
  readonly mentions: readonly string[]
  readonly mentionsAll: boolean
}

export type TextPart = { readonly text: string; readonly mention?: string }

export interface Begun {
  /** Where its @ stands. */
  readonly start: number
  readonly typed: string
}

/** Whom of the members a text names, each once. */
export function mentionsIn(text: string, members: readonly string[]): Mentions {
  const named = partsOf(text, [...members, everybody]).flatMap(({ mention }) => mention ?? [])
  return {
    mentions: [...new Set(named)].filter((name) => members.includes(name)),
    mentionsAll: named.includes(everybody) && !members.includes(everybody),
  }
}

/** The text in parts, those that name somebody of `names` apart. Joined they are the text again. */
export function partsOf(text: string, names: readonly string[]): readonly TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const match of text.matchAll(pattern)) {
    const mention = nameWithin(match[1] ?? '', names)
    if (mention === undefined) continue
    if (match.index > end) parts.push({ text: text.slice(end, match.index) })
    end = match.index + 1 + mention.length
    parts.push({ text: text.slice(match.index, end), mention })
  }
  if (end < text.length) parts.push({ text: text.slice(end) })
  return parts
}

/** Names may hold the signs that end a sentence: “@Jerry.” means Jerry, unless somebody is called “Jerry.”. */
function nameWithin(word: string, names: readonly string[]): string | undefined {
  for (let name = word; name !== ''; name = name.slice(0, -1)) {
    if (names.includes(name)) return name
    if (!/[_\-.@:]$/.test(name)) return undefined
  }
  return undefined
}

/** The mention that is being written where the caret is. */
export function begunAt(text: string, caret: number): Begun | undefined {
  const typed = /(?<![A-Za-z0-9_\-.@:])@([A-Za-z0-9_\-.:]*)$/.exec(text.slice(0, caret))?.[1]
  return typed === undefined ? undefined : { start: caret - typed.length - 1, typed }
}

/** Whom to offer: those whose names begin so, then those who have it further on; everybody where there are several. */
export function offersFor(typed: string, others: readonly string[]): readonly string[] {
  const wanted = typed.toLowerCase()
  const all = others.length > 1 && !others.includes(everybody) ? [...others, everybody] : others
  const found = all.filter((name) => name.toLowerCase().includes(wanted))
  const begins = (name: string) => name.toLowerCase().startsWith(wanted)
  return [...found.filter(begins), ...found.filter((name) => !begins(name))].slice(0, maxOffered)
}
