// Builds the page into `dist`: index.html, hashed assets, and the service worker with the list of all of them.

import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plugin, defaultClientConditions, defineConfig } from 'vite'

const root = fileURLToPath(new URL('.', import.meta.url))
const worker = 'service-worker.js'

export default defineConfig({
  root,
  // The workspace's packages are taken from their sources: nothing has to be built first, nothing can be stale.
  resolve: { conditions: ['parley-source', ...defaultClientConditions] },
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: join(root, 'index.html'), worker: join(root, 'src/worker/service-worker.ts') },
      // The worker's address must not change with its content: browsers look there for a newer one.
      output: { entryFileNames: (chunk) => (chunk.name === 'worker' ? worker : 'assets/[name]-[hash].js') },
    },
  },
  plugins: [precacheList()],
})

/** Writes into the worker what it keeps (`PARLEY_BUILD_FILES`), and a version that changes when any of it does (`PARLEY_BUILD_VERSION`). */
function precacheList(): Plugin {
  return {
    name: 'parley-precache-list',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const chunk = bundle[worker]
      if (chunk?.type !== 'chunk') this.error('The service worker is not in the bundle.')
      const files = new Map<string, string | Uint8Array>()
      for (const name of readdirSync(join(root, 'public')))
        files.set(name, readFileSync(join(root, 'public', name)))
      for (const [name, output] of Object.entries(bundle)) {
        if (name !== worker) files.set(name, output.type === 'chunk' ? output.code : output.source)
      }
      const hash = createHash('sha256')
      const names = [...files.keys()].toSorted()
      for (const name of names) hash.update(name).update(files.get(name) ?? '')
      chunk.code = chunk.code
        .replaceAll('PARLEY_BUILD_FILES', JSON.stringify(names.map((name) => `/${name}`)))
        .replaceAll('PARLEY_BUILD_VERSION', JSON.stringify(hash.digest('hex').slice(0, 12)))
    },
  }
}
