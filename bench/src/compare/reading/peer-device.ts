/** The peers' own providers, in a process of their own: `bench/peers/reading.mjs`. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { endWithUs } from '../../children.ts'
import { peersFolder } from '../peers-folder.ts'
import type { Shelf } from './library.ts'
import type { Reading } from './meter.ts'

export interface PeerAsked {
  readonly node: string
  readonly kind: string
  readonly folder: string
  readonly shelf: Shelf
  /** Of the first conversations, where they are longer than the others. */
  readonly lengths: readonly number[]
}

export interface PeerReading extends PeerAsked {
  readonly job: 'catch-up' | 'cold-start' | 'whole'
  readonly port: number
  readonly pid: number
  /** All of them when left out. */
  readonly conversation?: number
}

const program = join(peersFolder, 'reading.mjs')
const patienceMs = 300_000

export async function fillPeer({ node, lengths, ...asked }: PeerAsked): Promise<void> {
  await run(node, { ...asked, longest: lengths, job: 'fill' })
}

export async function readPeer({ node, lengths, ...asked }: PeerReading): Promise<Reading> {
  // Printed by the program.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(await run(node, { ...asked, longest: lengths })) as Reading
}

/** Somebody who has everything and stays, so that every document is loaded. Answers what ends him. */
export async function stayAtPeer({ node, lengths, ...asked }: PeerReading): Promise<() => void> {
  const words = JSON.stringify({ ...asked, longest: lengths, job: 'stay' })
  const child: ChildProcess = spawn(node, [...flags, program, words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  endWithUs(child)
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve())
    child.once('exit', (code) => reject(new Error(`who should have stayed ended with ${code ?? 'a signal'}`)))
  })
  return () => {
    child.kill()
  }
}

const flags = ['--no-warnings', '--experimental-strip-types']

async function run(node: string, asked: Readonly<Record<string, unknown>>): Promise<string> {
  const { stdout } = await promisify(execFile)(node, [...flags, program, JSON.stringify(asked)], {
    timeout: patienceMs,
    maxBuffer: 1024 * 1024,
  })
  return stdout
}
