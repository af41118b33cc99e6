/** What a page loads: our core as `pnpm size` measures it, beside the providers of the peers, bundled in the same way. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rootFolder } from '../folders.ts'
import type { Run } from '../scenario.ts'
import { contenders } from './contenders.ts'
import { peersFolder } from './peers-folder.ts'
import type { Series } from './run-all.ts'

const entries = {
  /** A provider that syncs, its database in the browser, and Yjs. */
  hocuspocus: ['@hocuspocus/provider', 'y-indexeddb', 'yjs'],
  /** Nobody can do with less. */
  'bare-ws-sqlite': ['yjs'],
} as const

/** In the form of the other scenarios: the peer is Hocuspocus with y-indexeddb, the limit Yjs alone. */
export function measureBundles(): readonly Series[] {
  return [
    { contender: contenders.parley, runs: [runOf(coreBytes())], failed: [] },
    { contender: contenders.hocuspocus, runs: [runOf(bundledBytes(entries.hocuspocus))], failed: [] },
    {
      contender: contenders['bare-ws-sqlite'],
      runs: [runOf(bundledBytes(entries['bare-ws-sqlite']))],
      failed: [],
    },
  ]
}

function runOf(value: number): Run {
  return { figures: [{ of: 'the core', name: 'gzip', unit: 'bytes', value }], checked: 1 }
}

/** It ends with a fault when the core is over its limit; what it measured is said all the same. */
function coreBytes(): number {
  const { stdout } = spawnSync(process.execPath, [join(rootFolder, 'scripts', 'bundle-size.ts')], {
    cwd: rootFolder,
    encoding: 'utf8',
  })
  const bytes = coreBytesIn(stdout)
  if (bytes === undefined) throw new Error(`pnpm size did not say how large the core is:\n${stdout}`)
  return bytes
}

export function coreBytesIn(said: string): number | undefined {
  const kilobytes = /^core: (\d+(?:\.\d+)?) kB gzipped/m.exec(said)?.[1]
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) * 1000)
}

function bundledBytes(packages: readonly string[]): number {
  const esbuild = join(rootFolder, 'node_modules', '.bin', 'esbuild')
  const words = ['--bundle', '--minify', '--format=esm', '--platform=browser', '--target=es2023']
  const { status, stdout, stderr } = spawnSync(esbuild, [...words, '--log-level=error'], {
    cwd: peersFolder,
    input: packages.map((name) => `export * from '${name}'`).join('\n'),
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`${packages.join(', ')} could not be bundled:\n${stderr.toString()}`)
  return gzipSync(stdout, { level: 9 }).length
}
