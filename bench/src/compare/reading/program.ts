/** A device in a process of its own, fresh for each run: nothing is warm but the relay, and its CPU is its own. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Shelf } from './library.ts'
import type { Reading } from './meter.ts'

export type Job = 'hold' | 'catch-up' | 'cold-start' | 'first-screen' | 'whole'

export interface Given {
  readonly job: Job
  readonly port: number
  readonly pid: number
  readonly token: string
  /** Reads from `bare-ws-sqlite`. */
  readonly bare?: boolean
  /** With `conversations.json`. */
  readonly folder: string
  /** A file of SQLite; left out, memory. */
  readonly store?: string
  /** Opening what it holds counts. */
  readonly opens?: boolean
  readonly shelf?: Shelf
  /** Which one is opened, and how many messages it has. */
  readonly conversation?: number
  readonly messages?: number
}

const program = join(import.meta.dirname, 'device-main.ts')
const patienceMs = 300_000

/** What it printed. */
export async function runProgram(node: string, given: Given): Promise<Reading> {
  const { stdout } = await promisify(execFile)(node, [...flags, program, JSON.stringify(given)], {
    timeout: patienceMs,
    maxBuffer: 1024 * 1024,
  })
  // Printed by `device-main.ts`.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(stdout) as Reading
}

const flags = ['--conditions=parley-source', '--no-warnings']
