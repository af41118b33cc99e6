/** Limits of what a stock Yjs tool says at once: name, value, unit in the name, reason. How deep values nest is `maxDepth`. */
import { maxPageOperations } from '../limits.ts'

/** The largest frame of a device: what comes through the second door is no larger. */
export const maxStockUpdateBytes: number = 256 * 1024

/** Structs in one update, and elements it wants to append. Who echoes a whole page and adds as much again stays far below. */
export const maxStockStructs: number = 4 * maxPageOperations

/** Ranges of deleted clocks in one update, which a stock tool always sends whole. */
export const maxStockDeletions: number = 4 * maxPageOperations
