/**
 * The log as SQLite tables. What a plain turn brings is one row of the journal at first (`sqlite-journal.ts`).
 *
 * Versions: 1, the first.
 */

import { marksSchema } from './sqlite-marks.ts'
import { peopleSchema } from './sqlite-people.ts'
import { rowsSchema } from './sqlite-rows.ts'
import { revocationsSchema } from './sqlite-revocations.ts'
import { usageSchema } from './sqlite-usage.ts'

/** "PRLY": whose file this is, for whoever finds it (`file`, and ourselves). */
export const applicationId = 0x50524c59

export const schemaVersion = 1

/**
 * `conversation` is the number of a conversation everywhere but in `conversations.id`. `settled`: what commits up to this position
 * have said of a conversation, or of what a user takes up, is in the tables; what later ones have may be in the journal.
 */
export const schema: string = `
  CREATE TABLE journal (
    position INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
  ) STRICT;

  CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE conversations (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT,
    icon TEXT,
    creator TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    is_unique INTEGER NOT NULL,
    members INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    time INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    head_version INTEGER NOT NULL,
    head_digest TEXT NOT NULL,
    head_time INTEGER NOT NULL,
    total INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    position INTEGER NOT NULL,
    settled INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE heads (
    conversation INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    state BLOB NOT NULL
  ) STRICT;

  CREATE TABLE members (
    user TEXT NOT NULL,
    conversation INTEGER NOT NULL,
    role TEXT NOT NULL,
    joined_seq INTEGER NOT NULL,
    joined_total INTEGER NOT NULL,
    joined_mine INTEGER NOT NULL,
    invited_by TEXT NOT NULL,
    since INTEGER NOT NULL,
    muted_until INTEGER NOT NULL,
    left_seq INTEGER NOT NULL,
    left_time INTEGER NOT NULL,
    left_pages INTEGER NOT NULL,
    left_members INTEGER NOT NULL,
    left_total INTEGER NOT NULL,
    left_last_seq INTEGER NOT NULL,
    left_head_digest TEXT NOT NULL,
    removed_by TEXT NOT NULL,
    mine INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (conversation, user)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX members_by_user ON members (user, role, position);

  CREATE TABLE pages (
    conversation INTEGER NOT NULL,
    page INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    writers INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    position INTEGER NOT NULL,
    erased_position INTEGER NOT NULL,
    PRIMARY KEY (conversation, page)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX pages_by_position ON pages (conversation, position);

  CREATE TABLE writers (
    conversation INTEGER NOT NULL,
    page INTEGER NOT NULL,
    client INTEGER NOT NULL,
    user TEXT NOT NULL,
    device TEXT NOT NULL,
    clock INTEGER NOT NULL,
    PRIMARY KEY (conversation, page, client)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tags (
    user TEXT NOT NULL,
    tag TEXT NOT NULL,
    device TEXT NOT NULL,
    PRIMARY KEY (user, tag)
  ) STRICT;

  CREATE TABLE mentions (
    conversation INTEGER NOT NULL,
    user TEXT NOT NULL,
    seq INTEGER NOT NULL,
    author TEXT NOT NULL,
    PRIMARY KEY (conversation, user, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX mentions_by_seq ON mentions (conversation, seq);

  CREATE TABLE commands (
    user TEXT NOT NULL,
    id TEXT NOT NULL,
    conversation TEXT NOT NULL,
    seq INTEGER NOT NULL,
    time INTEGER NOT NULL,
    outcome BLOB NOT NULL,
    PRIMARY KEY (user, id)
  ) STRICT, WITHOUT ROWID;
${rowsSchema}${marksSchema}${peopleSchema}${revocationsSchema}${usageSchema}`
