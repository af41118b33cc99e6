/**
 * The rounds and the finish of MurmurHash3, 32 bits; another seed gives another sum. It tells things apart that nobody made
 * alike on purpose.
 */
export function mixed(words: readonly number[], seed: number): number {
  let hash = seed
  for (const word of words) hash = mixedIn(hash, word)
  return finished(hash, words.length)
}

export function mixedText(text: string, seed: number): number {
  let hash = seed
  for (let at = 0; at < text.length; at += 1) hash = mixedIn(hash, text.charCodeAt(at))
  return finished(hash, text.length)
}

function mixedIn(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51)
  k = (k << 15) | (k >>> 17)
  const next = hash ^ Math.imul(k, 0x1b873593)
  return Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64
}

function finished(sum: number, words: number): number {
  let hash = sum ^ (words * 4)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
