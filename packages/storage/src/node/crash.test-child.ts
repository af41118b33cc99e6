/**
 * A process that commits batch after batch until it is killed or loses the store. Each number it prints is a batch whose
 * commit has resolved; batch `n` puts twenty rows under ['batch', n], counts itself in another table, and removes batch
 * `n - 3`.
 */
import { writeSync } from 'node:fs'
import { StorageError } from '../port.ts'
import { createSqliteStore } from './sqlite-store.ts'

export const batchRows = 20
export const batchesKept = 3
export const crashLayout = { format: 1, tables: ['rows', 'counts'] }

async function run(path: string): Promise<never> {
  const owner = await createSqliteStore({ path, layout: crashLayout }).open()
  const [found] = await owner.read([{ kind: 'get', table: 'counts', key: ['last'] }])
  for (let n = Number(found?.[0]?.value ?? 0) + 1; ; n++) {
    await owner.commit({
      durability: n % 2 === 0 ? 'strict' : 'relaxed',
      removePrefixes: [{ table: 'rows', prefix: ['batch', n - batchesKept] }].filter(() => n > batchesKept),
      puts: [
        ...Array.from({ length: batchRows }, (_, index) => ({
          table: 'rows',
          key: ['batch', n, index],
          value: { n, bytes: new Uint8Array(500).fill(n) },
        })),
        { table: 'counts', key: ['last'], value: n },
      ],
    })
    writeSync(1, `${n}\n`)
  }
}

const [, script, path] = process.argv
if (script === import.meta.filename && path !== undefined) {
  await run(path).catch((error: unknown) => {
    writeSync(1, `${error instanceof StorageError ? error.kind : String(error)}\n`)
  })
}
