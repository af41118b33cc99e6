// @ts-check
// What must be there before the workspace's own tools can run: a Node, the packages, and for tests a Chromium. This
// file and the scripts that import it run on any machine with Node 20.19 and npm; all others run on the workspace's Node.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

const windows = process.platform === 'win32'

const text = readFileSync(join(root, 'package.json'), 'utf8')
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of this repository
const manifest = /** @type {{ packageManager: string }} */ (JSON.parse(text))

/** The package manager at the version the root names. */
export const pnpm = manifest.packageManager

// Left to itself, npm takes minutes to find out that there is no network.
const patience = { npm_config_fetch_retries: '1', npm_config_fetch_retry_mintimeout: '2000' }

/** The Node the workspace brings along, whatever the machine has. */
export const workspaceNode = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node')

/**
 * Ends with what is missing and what to do next.
 * @param {string} what
 * @param {string} next
 * @returns {never}
 */
export function fail(what, next) {
  console.error(`\n${what}\n${next}`)
  process.exit(1)
}

export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  fail(
    `Parley needs Node 20.19 or later to start; this is Node ${process.versions.node}.`,
    'Install a newer Node from https://nodejs.org and run the command again.',
  )
}

/** Installs what the lock file names, unless that has been done. */
export async function install() {
  const stamp = join(root, 'node_modules', '.parley-installed')
  const wanted = fingerprint()
  if (existsSync(workspaceNode) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.log('Installing what the workspace needs (the first time this takes a minute) …')
  const { code, output } = await runProgram(
    'npx',
    ['--yes', pnpm, 'install', '--frozen-lockfile', '--reporter=append-only'],
    { quiet: true, environment: patience },
  )
  if (code !== 0) explainInstall(output)
  if (!existsSync(workspaceNode)) {
    fail(
      'The packages are installed, but the Node they should bring is not there.',
      'Remove the folder node_modules and run the command again.',
    )
  }
  writeFileSync(stamp, wanted)
}

/**
 * Runs one of the root scripts of package.json under the workspace's Node.
 * @param {string[]} command
 */
export function runScript(command) {
  return runProgram('npx', ['--yes', pnpm, ...command], { quiet: false })
}

/** What the installed packages follow from: the lock file and every package.json it was made for. */
function fingerprint() {
  const hash = createHash('sha256')
  const manifests = ['packages', 'apps', 'test'].flatMap((folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder)).map((name) => join(folder, name, 'package.json'))
      : [],
  )
  for (const file of [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    'bench/package.json',
    ...manifests.toSorted(),
  ]) {
    if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

/**
 * @param {string} output
 * @returns {never}
 */
function explainInstall(output) {
  console.error(output.trim().split('\n').slice(-15).join('\n'))
  if (/ENOSPC/.test(output)) {
    fail(
      'The disk is full: the packages could not be installed.',
      'Free about 1 GB and run the command again.',
    )
  }
  if (/EACCES|EPERM|EROFS/.test(output)) {
    fail(
      `The packages could not be written into ${root}.`,
      'Make that folder, and your npm cache, writable for yourself, and run the command again.',
    )
  }
  if (/OUTDATED_LOCKFILE/.test(output)) {
    fail(
      'pnpm-lock.yaml does not fit the package.json files.',
      `Run npx ${pnpm} install, which brings it up to date, and commit it with your change.`,
    )
  }
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|META_FETCH_FAIL/.test(
      output,
    )
  ) {
    fail(
      'The packages could not be fetched: there is no way to the npm registry from here.',
      'Connect to the network (or set a proxy or mirror for npm) and run the command again; it is needed only once.',
    )
  }
  fail('Installing the packages failed; the lines above say where.', 'Mend that and run the command again.')
}

/**
 * Makes sure that tests find a Chromium: the chosen one, the system's, one from apt-get where we are root, or else one
 * from npm into `.cache`.
 */
export async function ensureChromium() {
  if (process.env['PARLEY_CHROMIUM']) return
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
  if (names.some((name) => works(name))) return

  if (process.platform === 'linux' && process.getuid?.() === 0 && works('apt-get')) {
    console.log('Installing Chromium for the browser tests, with apt-get …')
    const aptGet = ['apt-get', '-qq', '-o', 'Dpkg::Use-Pty=0']
    const environment = { DEBIAN_FRONTEND: 'noninteractive' }
    await runProgram('env', [...aptGet, 'update'], { quiet: true, environment })
    await runProgram('env', [...aptGet, 'install', '-y', '--no-install-recommends', 'chromium'], {
      quiet: true,
      environment,
    })
    if (names.some((name) => works(name))) return
  }

  const folder = join(root, '.cache', 'chromium')
  const path = join(folder, 'chromium')
  if (!works(path) && process.platform === 'linux' && process.arch === 'x64') {
    console.log('Fetching a Chromium for the browser tests from npm …')
    mkdirSync(folder, { recursive: true })
    await runProgram('npm', ['install', '--no-save', '--prefix', folder, '@sparticuz/chromium@153.0.0'], {
      quiet: true,
      environment: patience,
      timeout: 300_000,
    })
    // It unpacks itself into the temporary folder.
    const unpack = `import chromium from '@sparticuz/chromium'; await chromium.executablePath()`
    await runProgram(process.execPath, ['--input-type=module', '--eval', unpack], {
      quiet: true,
      environment: { TMPDIR: folder },
      folder,
    })
  }
  if (!works(path)) {
    fail(
      'There is no browser for the browser tests.',
      'Install Chromium (on Debian: apt-get install -y chromium) or name one in PARLEY_CHROMIUM, and run again.',
    )
  }
  process.env['PARLEY_CHROMIUM'] = path
}

/** @param {string} program */
function works(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
}

/**
 * Runs a command to its end; quiet: its output is kept for the caller and not shown.
 * @param {string} program
 * @param {string[]} parameters
 * @param {{ quiet: boolean, environment?: Record<string, string>, folder?: string, timeout?: number }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runProgram(program, parameters, { quiet, environment = {}, folder = root, timeout = 0 }) {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, {
      cwd: folder,
      env: { ...process.env, ...environment },
      shell: windows,
      timeout,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    })
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}` }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
