// @ts-check
// `npm start`: installs and builds what is missing or stale, then runs the relay, which serves the chat page itself.

import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join, relative, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { checkNode, fail, install, root, runProgram, runScript, workspaceNode } from './prepare.mjs'

const minFreeMegabytes = 64
const maxStartSeconds = 30

const { port, data } = readOptions()
checkNode()
await checkPort(port)
checkData(data)
await install()
await build()
await serve()

function readOptions() {
  const usage = 'npm start -- [--port 4650] [--data ./data]   (or PARLEY_PORT, PARLEY_DATA)'
  try {
    const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } })
    const chosen = Number(values.port ?? process.env['PARLEY_PORT'] ?? 4650)
    if (!Number.isInteger(chosen) || chosen < 1 || chosen > 65_535) {
      return fail('The port must be a number from 1 to 65535.', usage)
    }
    return { port: chosen, data: resolve(root, values.data ?? process.env['PARLEY_DATA'] ?? 'data') }
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error), usage)
  }
}

/** @param {number} wanted */
async function checkPort(wanted) {
  const probe = createServer()
  /** @type {NodeJS.ErrnoException | undefined} */
  const error = await new Promise((done) => {
    probe.once('error', done)
    probe.listen(wanted, () => probe.close(() => done(undefined)))
  })
  if (error === undefined) return
  if (error.code === 'EADDRINUSE') {
    fail(
      `Port ${wanted} is in use, perhaps by a Parley that still runs.`,
      `Stop that one, or choose another port: npm start -- --port ${wanted === 65_535 ? 4650 : wanted + 1}`,
    )
  }
  fail(`Port ${wanted} cannot be listened on (${error.code}).`, 'Choose another: npm start -- --port 4651')
}

/** @param {string} folder */
function checkData(folder) {
  const probe = join(folder, '.writable')
  try {
    makeFolder(folder)
    writeFileSync(probe, 'x')
    rmSync(probe)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const why = code === 'ENOSPC' ? 'the disk is full' : `it cannot be written (${code})`
    fail(
      `The data folder ${folder} cannot be used: ${why}.`,
      'Make room or make it writable, or choose another: npm start -- --data <folder>',
    )
  }
  const { bavail, bsize } = statfsSync(folder)
  const free = Math.floor((bavail * bsize) / 1_000_000)
  if (free < minFreeMegabytes) {
    fail(
      `The disk of the data folder ${folder} has ${free} MB left; a relay needs ${minFreeMegabytes} MB to begin with.`,
      'Make room, or choose another folder: npm start -- --data <folder>',
    )
  }
}

/**
 * Step by step, since Node's own recursive way never ends where the system has no such folder to give (under /proc).
 * @param {string} folder
 */
function makeFolder(folder) {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  mkdirSync(folder)
}

async function build() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { code, output } = await runProgram(workspaceNode, [tsc, '-b', join('apps', 'relay')], {
    quiet: true,
  })
  if (code !== 0) {
    console.error(output)
    fail('The sources do not compile; the lines above say where.', 'Mend that and run the command again.')
  }
  const page = join(root, 'apps', 'chat', 'dist', 'index.html')
  const sources = [join(root, 'apps', 'chat'), join(root, 'packages'), join(root, 'pnpm-lock.yaml')]
  if (existsSync(page) && sources.every((source) => newest(source) <= statSync(page).mtimeMs)) return
  console.log('Building the chat page …')
  if ((await runScript(['--filter', './apps/chat', 'run', 'build'])).code !== 0) {
    fail('The chat page could not be built; the lines above say why.', 'Mend that and run the command again.')
  }
}

/**
 * When the newest source at or under a path was changed; what is made from sources does not count.
 * @param {string} path
 * @returns {number}
 */
function newest(path) {
  const about = statSync(path)
  if (!about.isDirectory()) return about.mtimeMs
  return Math.max(
    0,
    ...readdirSync(path)
      .filter((name) => !['node_modules', 'dist', '.tests'].includes(name))
      .map((name) => newest(join(path, name))),
  )
}

async function serve() {
  const folder = join(root, 'apps', 'relay')
  const text = readFileSync(join(folder, 'package.json'), 'utf8')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of this repository
  const manifest = /** @type {{ bin: { parley: string } }} */ (JSON.parse(text))
  const page = join(root, 'apps', 'chat', 'dist')
  const parameters = ['relay', '--dev', '--port', String(port), '--data', data, '--page', page]
  const relay = spawn(workspaceNode, [join(folder, manifest.bin.parley), ...parameters], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  let stopping = false
  /** @type {Promise<number>} */
  const ended = new Promise((done) => {
    relay.on('error', () => done(1))
    relay.on('exit', (code) => done(code ?? 1))
  })
  // A terminal gives Ctrl-C to the relay as well as to us, and twice would mean "at once".
  process.on('SIGINT', () => stop(process.stdin.isTTY ? undefined : 'SIGINT'))
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('SIGHUP', () => stop('SIGTERM'))
  // npm passes SIGTERM to the shell between us, which dies of it and tells nobody.
  const parent = process.ppid
  if (process.env['npm_lifecycle_event'] === 'start') {
    setInterval(() => process.ppid === parent || stop('SIGTERM'), 200).unref()
  }

  /** @param {NodeJS.Signals | undefined} signal */
  function stop(signal) {
    if (!stopping && signal !== undefined) relay.kill(signal)
    stopping = true
  }

  const answer = await Promise.race([ended, untilItAnswers(() => stopping || relay.exitCode !== null)])
  if (answer === 'answers') {
    const where = relative(process.cwd(), data)
    console.log(`
Parley is running. Open it as two people, each in a window of their own:

  Tom     http://localhost:${port}/?user=Tom
  Jerry   http://localhost:${port}/?user=Jerry

A private window or another browser profile is another device. Data is kept in ${where.startsWith('..') ? data : `./${where}`}.
Ctrl-C stops it.
`)
  } else if (answer === 'silent') {
    relay.kill('SIGTERM')
    await ended
    fail(`The relay did not answer within ${maxStartSeconds} seconds.`, 'The lines above may say why.')
  }
  const code = await ended
  if (!stopping && code !== 0)
    fail('The relay has stopped; the lines above say why.', 'Then run the command again.')
  process.exitCode = code
}

/**
 * @param {() => boolean} isOver
 * @returns {Promise<'answers' | 'silent' | 'over'>}
 */
async function untilItAnswers(isOver) {
  const end = Date.now() + maxStartSeconds * 1000
  while (Date.now() < end) {
    if (isOver()) return 'over'
    try {
      await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1000) })
      return 'answers'
    } catch {
      // Not yet.
      await sleep(100)
    }
  }
  return 'silent'
}
