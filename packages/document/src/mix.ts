/**
 * The rounds and the finish of MurmurHash3, 32 bits; another seed gives another sum. It tells things apart that nobody made
 * alike on purpose.
 */

/** Of two seeds at once. */
export function mixed(words: Int32Array, seeds: readonly [number, number]): readonly [number, number] {
  let a = seeds[0] | 0
  let b = seeds[1] | 0
  for (let at = 0; at < words.length; at += 1) {
    const word = scrambled(words[at] ?? 0)
    a = withWord(a, word)
    b = withWord(b, word)
  }
  return [finished(a, words.length), finished(b, words.length)]
}

/** Of two UTF-16 units at once as well: the texts of large heads are long. */
export function mixedText(text: string, seeds: readonly [number, number]): readonly [number, number] {
  let a = seeds[0] | 0
  let b = seeds[1] | 0
  for (let at = 0; at < text.length; at += 2) {
    // Behind the last unit of an odd text stands nothing, which counts as 0.
    const word = scrambled(text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16))
    a = withWord(a, word)
    b = withWord(b, word)
  }
  return [finished(a, text.length), finished(b, text.length)]
}

function scrambled(word: number): number {
  const k = Math.imul(word, 0xcc9e2d51)
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593)
}

function withWord(hash: number, word: number): number {
  const next = hash ^ word
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0
}

function finished(sum: number, words: number): number {
  let hash = sum ^ (words * 4)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
