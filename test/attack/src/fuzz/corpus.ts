/**
 * Inputs worth keeping, as text: one a line, in hexadecimal digits. What repeats is written once, `(0161)*1001`, since
 * limits are reached by repetition.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const maxPeriod = 48
const minSaved = 24

export function readCorpus(name: string): readonly Uint8Array[] {
  const path = corpusPath(name)
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(fromLine)
}

export function writeCorpus(name: string, inputs: readonly Uint8Array[]): void {
  writeFileSync(corpusPath(name), inputs.map((input) => `${toLine(input)}\n`).join(''))
}

function corpusPath(name: string): URL {
  return new URL(`../../corpus/${name}.txt`, import.meta.url)
}

/** An empty input has no digits, and a line of its own. */
const nothing = '()*0'

export function toLine(input: Uint8Array): string {
  if (input.length === 0) return nothing
  let line = ''
  for (let at = 0; at < input.length;) {
    const run = longestRun(input, at)
    if (run === undefined) {
      line += hex(input.subarray(at, at + 1))
      at += 1
    } else {
      line += `(${hex(input.subarray(at, at + run.period))})*${run.times} `
      at += run.period * run.times
    }
  }
  return line.trimEnd()
}

export function fromLine(line: string): Uint8Array {
  const parts = [...line.matchAll(/\(([0-9a-f]*)\)\*(\d+) ?|([0-9a-f]+)/g)]
  const text = parts
    .map(([, repeated, times, plain]) => plain ?? (repeated ?? '').repeat(Number(times)))
    .join('')
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

interface Run {
  readonly period: number
  readonly times: number
}

function longestRun(input: Uint8Array, at: number): Run | undefined {
  let best: Run | undefined
  for (let period = 1; period <= maxPeriod; period += 1) {
    let end = at + period
    while (end < input.length && input[end] === input[end - period]) end += 1
    const times = Math.floor((end - at) / period)
    const saved = (times - 1) * period
    if (saved >= minSaved && saved > (best === undefined ? 0 : (best.times - 1) * best.period))
      best = { period, times }
  }
  return best
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
