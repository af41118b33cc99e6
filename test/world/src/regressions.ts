/**
 * Seeds that failed once, and what they found. They run with the unit tests. The life a seed draws may change with the
 * world; the directed tests hold the story itself where it could be told.
 */
export interface Regression {
  readonly seed: number
  readonly found: string
}

export const regressions: readonly Regression[] = [
  { seed: 2, found: 'a frame that overtook the welcome was dropped and counted, and a cursor believed' },
  { seed: 3, found: 'a catch-up that brought nothing let nothing leave' },
  { seed: 6, found: 'a conversation a new log did not know at first was continued from its old sequence' },
  { seed: 26, found: 'after a failed write what had bytes counted as sent' },
  { seed: 30, found: 'a former member waited for a page he may not hear of' },
  { seed: 56, found: 'an empty page counted as missing for ever' },
  { seed: 91, found: 'a catch-up was believed after its session had ended' },
  { seed: 123, found: 'a page version of another log epoch was expected for ever' },
  { seed: 138, found: 'what was counted for a lost session blocked the next one' },
  { seed: 172, found: 'a recall looped on an origin of a log that was gone' },
  { seed: 301, found: "a lane's wait hung on a clock that was set back" },
  { seed: 356, found: 'history with many unsent messages could not be paged' },
  { seed: 477, found: 'messages behind a refused joining waited for ever' },
  { seed: 493, found: 'a page opened live kept rows of another log' },
  { seed: 577, found: 'a timer of a page that slept fired although an earlier one had cancelled it' },
  { seed: 1733, found: 'what was offered again was settled by rows of another log' },
  { seed: 1805, found: 'who left and came back within one turn went on counting from before' },
  { seed: 3003, found: 'a round of idle work that began before a commit did not see what it found' },
  { seed: 17966, found: 'a recall a backup lacked was said again only when somebody opened its page' },
  { seed: 19667, found: 'a stale leader whose store was full did not notice that it had lost it' },
  { seed: 25622, found: 'what a first sync had brought before it broke off was continued in another log' },
  { seed: 32464, found: 'a page fetched before it was compared was expected at a version of another log' },
  {
    seed: 202392,
    found: 'what a full store had refused was forgotten when it took a cursor before it was tried again',
  },
  { seed: 710275, found: 'a page that had slept through its own sign-in woke while the world came to rest' },
]
