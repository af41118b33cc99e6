/**
 * Regular expressions of strangers, on an engine whose time grows with the text and the pattern and with nothing else.
 *
 * RE2 tries all ways at once instead of one after the other, so that no pattern makes a short text take minutes; what only
 * trying could do (back references, looking around) it does not know. Rules RE290 and RE291.
 */
import { RE2JS } from 're2js'

export type Expression =
  | {
      readonly ok: true
      /** Whether it is somewhere in the text; of a long one, in its first `maxExpressionTextLength` units. */
      readonly test: (text: string) => boolean
    }
  | { readonly ok: false; readonly code: 'bad-query'; readonly detail: string }

/** UTF-16 units of a pattern: a long line. */
export const maxExpressionLength = 512

/** Steps of the program a pattern becomes: repetition multiplies them, and each may be taken at each place of a text. */
export const maxExpressionSteps = 1000

/** UTF-16 units of a text that are looked at: the longest text of a message. */
export const maxExpressionTextLength: number = 16 * 1024

const flagBits: ReadonlyMap<string, number> = new Map([
  ['i', RE2JS.CASE_INSENSITIVE],
  ['m', RE2JS.MULTILINE],
  ['s', RE2JS.DOTALL],
])

/** `flags`: any of `i`, `m` and `s`, as in JavaScript. */
export function compileExpression(pattern: string, flags: string): Expression {
  if (pattern.length > maxExpressionLength) return bad(`the pattern is longer than ${maxExpressionLength}`)
  const bits = bitsOf(flags)
  if (bits === undefined) return bad('flags are i, m and s, each once')
  const program = compiled(pattern, bits)
  if (program === undefined) return bad('the pattern is no regular expression, or one that RE2 does not know')
  if (program.programSize() > maxExpressionSteps) return bad('the pattern repeats too much')
  return { ok: true, test: (text) => program.test(text.slice(0, maxExpressionTextLength)) }
}

function bitsOf(flags: string): number | undefined {
  let bits = 0
  for (const flag of flags) {
    const bit = flagBits.get(flag)
    if (bit === undefined || (bits & bit) !== 0) return undefined
    bits |= bit
  }
  return bits
}

function compiled(pattern: string, bits: number): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern, bits)
  } catch {
    // It throws for what it cannot parse, and its words quote the pattern.
    return undefined
  }
}

function bad(detail: string): Expression {
  return { ok: false, code: 'bad-query', detail }
}
