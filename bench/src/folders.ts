/** Folders for what a run writes: on the disk of this checkout, since a temporary one is often memory. */
import { mkdirSync, mkdtempSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const benchFolder: string = fileURLToPath(new URL('..', import.meta.url))
export const rootFolder: string = fileURLToPath(new URL('../..', import.meta.url))

const cache = join(benchFolder, '.cache')

/** A new one, empty; whoever asked for it removes it. */
export function makeFolder(name: string): string {
  mkdirSync(cache, { recursive: true })
  return mkdtempSync(join(cache, `${name}-${process.pid}-`))
}

/** All that lies in a folder, files of files included. */
export function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}
