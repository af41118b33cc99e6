/**
 * The parts that are one chunk in a browser. Apart they would be more of them, each smaller, and 5 kB more together: bundlers put
 * into a chunk of its own whatever a different set of chunks shares.
 */
export * from '../changes-part.ts'
export * from '../live-part.ts'
export * from '../past-part.ts'
export * from '../receipts-part.ts'
export * from '../repair-part.ts'
