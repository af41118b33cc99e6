// The SDK: session, outbox, connection, queries and tabs over a replica.
export {}
