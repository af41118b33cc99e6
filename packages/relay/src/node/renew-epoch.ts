/**
 * A data directory that is older than what its devices have seen (a backup, a copy) begins a new log epoch: every device
 * then compares what it holds with what is here, and offers again what is missing. Rule RE73.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from '../store.ts'
import { dataFile, lockDirectory, makeEpoch, openDataFile } from './sqlite-directory.ts'

/** Answers the new epoch. Throws `in-use` while a relay runs on the directory. */
export function renewEpoch(directory: string): string {
  if (!existsSync(join(directory, dataFile))) {
    throw new StoreError('foreign', `there is no log of a relay in ${directory}`)
  }
  const lock = lockDirectory(directory)
  try {
    const database = openDataFile(directory)
    try {
      const epoch = makeEpoch()
      database.prepare(`UPDATE meta SET value = ? WHERE key = 'epoch'`).run(epoch)
      return epoch
    } finally {
      database.close()
    }
  } finally {
    lock.release()
  }
}
