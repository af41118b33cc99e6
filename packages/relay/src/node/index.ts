// The relay on Node: its network shell and its SQLite store.
export {}
