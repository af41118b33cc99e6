/** The texts of what is read. Imports nothing: the programs of the peers run under another Node, and read it too. */

const textLength = 110
const words =
  'apple bridge candle dinner engine forest garden hammer island jacket kitchen lantern market number orange pencil quarter river silver ticket umbrella village window yellow zebra again before coffee during every five going house into just know later maybe never other please quite rather some today under very when'.split(
    ' ',
  )

/**
 * With its surroundings as long as the message of `live chat`: 195 bytes of JSON. Words follow each other by chance that is the
 * same in every run, so that it can be made smaller no better than what people write.
 */
export function textOf(conversation: number, n: number): string {
  let text = `${conversation}/${n}`
  let state = (conversation * 1_000_003 + n * 7919 + 12_345) >>> 0
  while (text.length < textLength) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    text += ` ${words[(state >>> 16) % words.length] ?? ''}`
  }
  return text.slice(0, textLength)
}
