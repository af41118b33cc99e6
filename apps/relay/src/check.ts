/** `parley check`: what is wrong with a relay's data, a line each. Changes nothing. Rules AR14 to AR16. */
import { StoreError } from '@parley/relay'
import { type DataReport, checkRelayData } from '@parley/relay/node'
import { exitCodeOf } from './exit-codes.ts'
import type { Values } from './parse.ts'
import type { World } from './world.ts'

export function runCheck(world: World, values: Values): number {
  const directory = values.text('data') ?? './data'
  let report
  try {
    report = checkRelayData(directory)
  } catch (error) {
    return explain(world, directory, error)
  }
  world.print([...report.problems, summary(report), ''].join('\n'))
  return report.problems.length === 0 ? 0 : 1
}

function summary({ conversations, rows, epoch, problems }: DataReport): string {
  const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`
  const found = problems.length === 0 ? 'nothing is wrong' : count
  return `${conversations} conversations, ${rows} rows, log epoch ${epoch}: ${found}`
}

function explain(world: World, directory: string, error: unknown): number {
  if (!(error instanceof Error)) throw error
  if (error instanceof StoreError && error.kind === 'foreign') {
    world.complain(`parley: There is no relay's data in ${directory}. Name its directory with --data.\n`)
    return exitCodeOf['data-foreign']
  }
  if (error instanceof StoreError && error.kind === 'newer') {
    world.complain(
      `parley: The data in ${directory} was written by a newer version of Parley. Check it with that one.\n`,
    )
    return exitCodeOf['data-newer']
  }
  if ('syscall' in error && 'code' in error) {
    world.complain(
      `parley: The data in ${directory} cannot be read (${String(error.code)}). Run this as the user the relay runs as.\n`,
    )
    return exitCodeOf['data-broken']
  }
  if (!(error instanceof StoreError) && !('errcode' in error)) throw error
  // SQLite gave up on the file: that is a finding too.
  world.print(`the file cannot be read: ${error.message}\n`)
  return 1
}
