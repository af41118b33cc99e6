/** What is true only now: loaded when somebody asks who is there, types, or is heard to. */
export { createPresenceBook } from './presence.ts'
export { createRemoteQueries } from './remote-queries.ts'
export { createSignals } from './signals.ts'
export { sayTransient } from './sdk/transient.ts'
