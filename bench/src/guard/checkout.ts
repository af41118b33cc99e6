/**
 * A commit as a checkout of its own, in a folder that is removed afterwards, ready to run from source.
 *
 * Where it wants the very libraries that are installed here, each of its packages is given the same links: relative ones,
 * so that a link to a package of the workspace leads to the commit's own. Where it does not, the pinned package manager
 * installs it from what this machine has.
 */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { rootFolder } from '../folders.ts'

export interface Checkout {
  /** As it was asked for, and the commit that it is. */
  readonly revision: string
  readonly commit: string
  readonly folder: string
  readonly dispose: () => void
}

export type CheckedOut =
  | { readonly ok: true; readonly checkout: Checkout }
  | { readonly ok: false; readonly sentence: string }

export function commitOf(revision: string): string | undefined {
  const { ok, text } = git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])
  return ok ? text : undefined
}

export function checkOut(revision: string): CheckedOut {
  const commit = commitOf(revision)
  if (commit === undefined) return { ok: false, sentence: `There is no commit ${revision}.` }
  const parent = mkdtempSync(join(tmpdir(), 'parley-guard-'))
  const folder = join(parent, 'checkout')
  const dispose = (): void => {
    process.off('exit', dispose)
    if (!existsSync(parent)) return
    git(['worktree', 'remove', '--force', folder])
    rmSync(parent, { recursive: true, force: true })
  }
  process.once('exit', dispose)
  const added = git(['worktree', 'add', '--quiet', '--detach', folder, commit])
  const fault = added.ok ? prepare(folder) : added.said
  if (fault === undefined) return { ok: true, checkout: { revision, commit, folder, dispose } }
  dispose()
  return { ok: false, sentence: `${revision} could not be made ready: ${fault}` }
}

/** Where two revisions parted. */
export function mergeBase(one: string, other: string): string | undefined {
  const { ok, text } = git(['merge-base', one, other])
  return ok ? text : undefined
}

/** Files of a folder of a commit, each with what names its content. */
export function blobsOf(
  commit: string,
  folder: string,
): readonly { readonly path: string; readonly blob: string }[] {
  const { text } = git(['ls-tree', '-r', '--format=%(objectname) %(path)', commit, '--', folder])
  return text.split('\n').flatMap((line) => {
    const [blob = '', path = ''] = line.split(' ')
    return path === '' ? [] : [{ path, blob }]
  })
}

/** What stands in the way, in a sentence. */
function prepare(folder: string): string | undefined {
  const lock = 'pnpm-lock.yaml'
  if (readFileSync(join(folder, lock), 'utf8') === readFileSync(join(rootFolder, lock), 'utf8')) {
    linkLibraries(rootFolder, folder)
    return undefined
  }
  const installed = spawnSync(
    'npx',
    ['--yes', managerOf(folder), 'install', '--offline', '--frozen-lockfile'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  )
  if (installed.status === 0) return undefined
  const said = `${installed.stdout}${installed.stderr}`.trim().split('\n').slice(-3).join(' ')
  return `its libraries are others than those here, and installing them failed: ${said}`
}

function managerOf(folder: string): string {
  const manager = /"packageManager": "([^"]+)"/.exec(readFileSync(join(folder, 'package.json'), 'utf8'))?.[1]
  if (manager === undefined) throw new Error('package.json names no package manager')
  return manager
}

/** Rule BE47: nothing of the workspace that is installed here is used by the other checkout. */
export function linkLibraries(from: string, to: string): void {
  symlinkSync(join(from, 'node_modules'), join(to, 'node_modules'))
  for (const group of ['packages', 'apps', 'test', '.']) {
    for (const name of readdirSync(join(to, group))) {
      const own = join(group, name, 'node_modules')
      if (!existsSync(join(to, group, name, 'package.json')) || !existsSync(join(from, own))) continue
      mkdirSync(dirname(join(to, own)), { recursive: true })
      cpSync(join(from, own), join(to, own), { recursive: true, verbatimSymlinks: true })
    }
  }
}

interface Said {
  readonly ok: boolean
  readonly text: string
  readonly said: string
}

function git(words: readonly string[]): Said {
  const { status, stdout, stderr } = spawnSync('git', words, { cwd: rootFolder, encoding: 'utf8' })
  return { ok: status === 0, text: stdout.trim(), said: stderr.trim() }
}
