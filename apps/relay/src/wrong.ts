/** What was asked for cannot be done as it was said: a sentence that says what to do instead. Ends with exit code 2. */
export class Wrong extends Error {
  override readonly name = 'Wrong'
}
