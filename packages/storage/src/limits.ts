/**
 * The limits of this package, each with its reason; both sides of each are tested.
 */

/** How deep a value may be nested: no row of ours goes past six, and a value that holds itself is refused, not followed. */
export const maxValueDepth = 32

/** How long the name of a table may be: it becomes part of an SQL name. */
export const maxTableNameCharacters = 48

/** How long another owner may keep the store shut before opening gives up. A page asleep in the background may keep it for hours. */
export const maxBlockedMs = 3000

/** How long the browser may say nothing at all about opening; on slow phones a cold start takes seconds. */
export const maxSilentMs = 30_000
