/** Directories of the store for tests: as a killed process leaves them, and what their journal holds. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'parley-relay-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}

/** What a process that is killed now leaves behind. */
export function killedCopy(directory: string, copy: string): void {
  mkdirSync(copy)
  for (const name of ['relay.sqlite', 'relay.sqlite-wal']) {
    const file = join(directory, name)
    if (existsSync(file)) copyFileSync(file, join(copy, name))
  }
}

export function inJournal(directory: string): number {
  const reader = new DatabaseSync(join(directory, 'relay.sqlite'), { readOnly: true })
  const { count } = reader.prepare('SELECT count(*) AS count FROM journal').get() ?? {}
  reader.close()
  return Number(count)
}
