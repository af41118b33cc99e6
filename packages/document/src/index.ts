// Conversations, entries and rules on Yjs: what an update may hold, and what it means.
export {}
