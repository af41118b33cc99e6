/** The chat page, built as `npm start` builds it, into a folder of this test. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { temporaryFolder } from './relay-process.ts'

const root = fileURLToPath(new URL('../../../apps/chat/', import.meta.url))
const vite = fileURLToPath(new URL('../../../node_modules/vite/bin/vite.js', import.meta.url))

export async function buildPage(): Promise<{ readonly path: string; readonly dispose: () => void }> {
  const folder = temporaryFolder('page')
  // In a process of its own: a test runner's NODE_ENV would make another page of it.
  await promisify(execFile)(
    process.execPath,
    [vite, 'build', '--outDir', folder.path, '--emptyOutDir', '--logLevel', 'warn'],
    { cwd: root, env: { ...process.env, NODE_ENV: 'production' } },
  )
  return folder
}
