// The device's store in a browser: one IndexedDB database.

export { createIndexedDbStore, type IndexedDbOptions } from './database-store.ts'
