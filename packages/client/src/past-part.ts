/** Histories read by an app itself, messages it keeps itself, and queries: a page shows its list and a timeline without them. */
export { createPlaces } from './history-places.ts'
export { parseFullJSON } from './sdk/full-json.ts'
export { createMessagesIterator } from './sdk/history-iterator.ts'
export { queryMessages } from './sdk/query-messages.ts'
export { countAtRelay, findAtRelay } from './sdk/query-relay.ts'
export { countOnDevice, findOnDevice } from './sdk/query-device.ts'
