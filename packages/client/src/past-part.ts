/** Histories read by an app itself, and messages it keeps itself: a page shows a timeline without them. */
export { createPlaces } from './history-places.ts'
export { parseFullJSON } from './sdk/full-json.ts'
export { createMessagesIterator } from './sdk/history-iterator.ts'
export { queryMessages } from './sdk/query-messages.ts'
