/**
 * Counts what passes between the core and its ports, without either knowing. Rule RE122.
 */
import { decodeRelayFrame, encodeRelayFrame } from '@parley/wire'
import type { Peer } from '../ports.ts'
import type { RelayCommit, RelayStore } from '../store.ts'
import type { Metrics } from './server-metrics.ts'

/** Answers are told by their first byte; nothing else is decoded for counting. */
const answerByte = firstByte({ frame: 'answer', conversation: 'c', answers: [] })
const commandByte = firstByte({
  frame: 'command-answer',
  conversation: 'c',
  id: '0',
  verdict: { class: 'refused', code: 'c', detail: '' },
})

export function countAnswers(peer: Peer, metrics: Metrics): Peer {
  return {
    send(bytes) {
      if (bytes[0] === answerByte || bytes[0] === commandByte) count(bytes, metrics)
      peer.send(bytes)
    },
    buffered: () => peer.buffered(),
    close(code, detail) {
      peer.close(code, detail)
    },
  }
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

function count(bytes: Uint8Array, metrics: Metrics): void {
  const decoded = decodeRelayFrame(bytes)
  if (!decoded.ok) return
  const { frame } = decoded
  const verdicts =
    frame.frame === 'answer'
      ? frame.answers.map((answer) => answer.verdict)
      : frame.frame === 'command-answer'
        ? [frame.verdict]
        : []
  for (const verdict of verdicts) metrics.addAnswer(verdict.class, 'code' in verdict ? verdict.code : '')
}

function firstByte(frame: Parameters<typeof encodeRelayFrame>[0]): number | undefined {
  return encodeRelayFrame(frame)[0]
}
