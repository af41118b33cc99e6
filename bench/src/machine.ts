/** On what was measured: a figure means nothing without it. */
import { closeSync, fdatasyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { makeFolder } from './folders.ts'
import { median } from './statistics.ts'

export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  /** Of the disk that is written to. */
  readonly fileSystem: string
  /** Writing 4 kB and having it on the disk, milliseconds. */
  readonly syncMs: number
  readonly versions: Readonly<Record<string, string>>
}

export function lookAtMachine(): Machine {
  const folder = makeFolder('disk')
  try {
    return {
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
      fileSystem: fileSystemOf(folder),
      syncMs: rounded(measureSync(join(folder, 'sync'))),
      versions: {
        node: process.versions.node,
        sqlite: process.versions['sqlite'] ?? 'unknown',
        yjs: versionOf('yjs'),
        ws: versionOf('ws'),
      },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** How busy the machine has been over the last minute, as a number of processes. */
export function load(): number {
  return rounded(loadavg()[0] ?? 0)
}

export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

/** As statfs(2) numbers them. */
const fileSystems: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x01021994: 'tmpfs: the disk is memory, and syncing it costs nothing',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x794c7630: 'overlayfs',
}

function fileSystemOf(folder: string): string {
  const number = statfsSync(folder).type
  return fileSystems[number] ?? `number ${number.toString(16)}`
}

function measureSync(path: string): number {
  const file = openSync(path, 'w')
  const bytes = new Uint8Array(4096)
  const times = Array.from({ length: 100 }, () =>
    timeOf(() => {
      writeSync(file, bytes)
      fdatasyncSync(file)
    }),
  )
  closeSync(file)
  return median(times)
}

/** On the wall, in milliseconds: a disk is waited for. */
function timeOf(call: () => void): number {
  const begin = performance.now()
  call()
  return performance.now() - begin
}

function versionOf(library: string): string {
  const manifest: unknown = createRequire(import.meta.url)(`${library}/package.json`)
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}
