// The relay on Node: its network shell and its SQLite store.
export { checkRelayData, type DataReport } from './check-relay-data.ts'
export { renewEpoch } from './renew-epoch.ts'
export { RelayServerError, type ServerErrorCode } from './server-errors.ts'
export { defaultMaxGreeting, defaultMaxSockets, defaultTimings, type ServerTimings } from './server-limits.ts'
export { createLineLogger, type LogLevel } from './server-log.ts'
export { boundYoungMemory, type YoungMemory } from './server-memory.ts'
export { type RelayServer, type RelayServerOptions, startRelayServer } from './server.ts'
export { readDevSecret } from './token-dev.ts'
export {
  type CheckToken,
  createTokenCheck,
  type Minting,
  mintToken,
  readSecret,
  type TokenCheck,
  type TokenCheckOptions,
} from './token.ts'
export { TokenKeysError } from './token-keys.ts'
export {
  type TokenAlgorithm,
  tokenAlgorithms,
  type TokenKeys,
  type TokenRules,
  type TokenTerms,
} from './token-rules.ts'
export { openSqliteRelayStore, type SqliteStoreOptions } from './sqlite-store.ts'
