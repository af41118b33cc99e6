/**
 * Counts what passes between the core and its ports, without either knowing. Rule RE122.
 */
import type { Answer, CommandAnswer, CommandVerdict, Verdict } from '@parley/wire'
import type { RelayCommit, RelayStore } from '../store.ts'
import type { Metrics } from './server-metrics.ts'

export function countAnswer(frame: Answer | CommandAnswer, metrics: Metrics): void {
  if (frame.frame === 'command-answer') count(frame.verdict, metrics)
  else for (const { verdict } of frame.answers) count(verdict, metrics)
}

export function countCommits(store: RelayStore, metrics: Metrics): RelayStore {
  const commit = async (batch: RelayCommit): Promise<void> => {
    try {
      await store.commit(batch)
    } catch (error) {
      metrics.add('commits_failed_total')
      throw error
    }
    metrics.add('commits_total')
    metrics.add('rows_total', batch.rows.length)
  }
  return new Proxy(store, {
    get: (target, name): unknown => (name === 'commit' ? commit : Reflect.get(target, name, target)),
  })
}

function count(verdict: Verdict | CommandVerdict, metrics: Metrics): void {
  metrics.addAnswer(verdict.class, 'code' in verdict ? verdict.code : '')
}
