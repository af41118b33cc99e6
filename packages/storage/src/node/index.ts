// The device's store in Node: one SQLite file.

export { createSqliteStore, type SqliteOptions } from './sqlite-store.ts'
