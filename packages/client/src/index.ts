// The SDK: session, outbox, connection and queries over a replica.
export { createEngine, type EngineOptions } from './engine.ts'
