/** The chat page, built as `npm start` builds it, into a folder of this test. */
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { temporaryFolder } from './relay-process.ts'

const root = fileURLToPath(new URL('../../../apps/chat/', import.meta.url))

export async function buildPage(): Promise<{ readonly path: string; readonly dispose: () => void }> {
  const folder = temporaryFolder('page')
  await build({
    root,
    configFile: `${root}vite.config.ts`,
    logLevel: 'warn',
    build: { outDir: folder.path, emptyOutDir: true },
  })
  return folder
}
