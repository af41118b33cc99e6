// The device's store in a browser: one IndexedDB database, or nothing that outlives the page.

export { createIndexedDbStore, type IndexedDbOptions } from './database-store.ts'
export { createLateMemoryStore } from '../late-memory.ts'
