/**
 * One run: a relay that fails or dies at one call, under two devices that write; then what is on the disk; then a relay
 * that nothing happens to, which must answer everything again as it did, and take what was not answered.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { compare } from './compare.ts'
import { type Ended, type Injection, injecting, type RelayProcess, startRelay } from './relay-process.ts'
import { createJournal, type Journal, startWriter } from './writer.ts'

export interface Run {
  /** Whether the relay came to that call; a run that did not shows nothing. */
  readonly reached: boolean
  /** It ended, or failed, before it listened. */
  readonly whileStarting: boolean
  /** Final answers given before the disk was looked at. */
  readonly answers: number
  readonly later: number
  readonly wrong: readonly string[]
}

const entriesPerRun = 90

/** On a machine that has other things to do a run takes seconds. */
const patienceMs = 60_000

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'parley-crash-'))
}

/** Data that is there already, with a page closed and messages recalled. */
export async function prepare(): Promise<string> {
  const directory = temporaryFolder()
  const relay = await startRelay(directory)
  await write(relay, [createJournal('Tom', 100)], entriesPerRun)
  await relay.end('SIGTERM')
  return directory
}

/** `from`: a directory to begin with, none for an empty one. */
export async function crash(injection: Injection, from?: string): Promise<Run> {
  const directory = temporaryFolder()
  if (from !== undefined) cpSync(from, directory, { recursive: true })
  const journals = [createJournal('Tom', 1), createJournal('Ada', 2)]
  const wrong: string[] = []
  try {
    const relay = await startRelay(directory, injecting(injection))
    const whileStarting = relay.port === undefined
    wrong.push(...(await write(relay, journals, entriesPerRun)))
    const killed = injection.fault.includes('SIGKILL')
    const ended = relay.alive() ? await relay.end('SIGTERM') : await relay.ended
    wrong.push(...wrongEnd(killed, whileStarting, ended, relay.output()))
    const later = journals.reduce((sum, journal) => sum + journal.later, 0)
    const reached = killed ? ended.signal === 'SIGKILL' : whileStarting || later > 0
    if (
      injection.fault === 'error=EIO' &&
      journals.some(({ acceptedAfterLater }) => acceptedAfterLater > 0)
    ) {
      wrong.push('something was accepted after an error that may have lost something')
    }
    const answers = journals.reduce((sum, journal) => sum + answered(journal), 0)
    if (answers > 0) wrong.push(...(await compare(directory, journals)).wrong)
    wrong.push(...(await recover(directory, journals)))
    return { reached, whileStarting, answers, later, wrong }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function wrongEnd(
  killed: boolean,
  whileStarting: boolean,
  { code, signal }: Ended,
  output: string,
): readonly string[] {
  if (killed && signal === 'SIGKILL') return []
  // What cannot start says so in a sentence, with a code of its own kind.
  if (whileStarting && code !== null && code > 1 && /^parley: .+\.\n$/m.test(output)) return []
  return code === 0 && !whileStarting ? [] : [`the relay ended with ${code ?? signal}: ${lastLines(output)}`]
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-12).join('\n    ')
}

async function recover(directory: string, journals: readonly Journal[]): Promise<readonly string[]> {
  const relay = await startRelay(directory)
  if (relay.port === undefined) return [`the relay did not start again: ${relay.output()}`]
  for (const journal of journals) journal.later = 0
  const wrong = [...(await write(relay, journals, 6))]
  for (const { sent, later } of journals) {
    if (later > 0) wrong.push('a relay to which nothing happens said later')
    if (sent.some(({ answer }) => answer === undefined)) wrong.push('something was never answered')
  }
  const { code } = await relay.end('SIGTERM')
  if (code !== 0) wrong.push(`the relay ended with ${code}`)
  return [...wrong, ...(await compare(directory, journals)).wrong]
}

/** Until everything is answered, or the relay is gone; one that does neither is wrong. */
async function write(
  relay: RelayProcess,
  journals: readonly Journal[],
  count: number,
): Promise<readonly string[]> {
  const { port } = relay
  if (port === undefined) return []
  const writers = await Promise.all(journals.map((journal) => startWriter(port, journal, count)))
  const late = new AbortController()
  const inTime = await Promise.race([
    Promise.all(writers.map(({ done }) => done)).then(() => true),
    setTimeout(patienceMs, false, { signal: late.signal }),
  ])
  late.abort()
  for (const { close } of writers) close()
  return inTime ? [] : ['something was neither answered nor refused, and the relay was there']
}

function answered({ sent, created }: Journal): number {
  return sent.filter(({ answer }) => answer !== undefined).length + (created === undefined ? 0 : 1)
}
