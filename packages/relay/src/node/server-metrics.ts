/**
 * Counters, as `GET /metrics` shows them: the text format Prometheus reads, names and numbers only. Rule RE122.
 */

export interface Metrics {
  readonly add: (name: CounterName, amount?: number) => void
  /** Session failures, by the code the session ended with. */
  readonly addFailure: (code: string) => void
  /** Answers to pushes and commands, by class, and by code where there is one. */
  readonly addAnswer: (verdict: string, code: string) => void
  readonly text: (gauges: Readonly<Record<string, number>>) => string
}

const counters = {
  sessions_opened_total: 'WebSocket sessions opened, of both protocols',
  upgrades_refused_total: 'Upgrades to a WebSocket refused over HTTP',
  frames_received_total: 'Frames received from devices',
  frames_sent_total: 'Frames sent to devices',
  bytes_received_total: 'Bytes of the frames received',
  bytes_sent_total: 'Bytes of the frames sent',
  commits_total: 'Transactions the store has on disk',
  commits_failed_total: 'Transactions the store refused',
  rows_total: 'Rows written to the log',
  signals_passed_total: 'Signals passed on to other devices',
  signals_dropped_total: 'Signals that came too fast, or from somebody who may not speak',
} as const

export type CounterName = keyof typeof counters

const gaugeHelp: Readonly<Record<string, string>> = {
  sessions: 'Open Parley sessions',
  readers: 'Open sessions of stock Yjs tools',
  documents: 'Documents loaded for stock Yjs tools',
}

export function createMetrics(): Metrics {
  const values: Partial<Record<CounterName, number>> = {}
  const failures = new Map<string, number>()
  const answers = new Map<string, number>()
  return {
    add(name, amount = 1) {
      values[name] = (values[name] ?? 0) + amount
    },
    addFailure(code) {
      count(failures, `code="${label(code)}"`)
    },
    addAnswer(verdict, code) {
      count(answers, code === '' ? verdict : `${verdict} ${label(code)}`)
    },
    text(gauges) {
      const lines: string[] = []
      for (const [name, value] of Object.entries(gauges)) {
        lines.push(...heading(name, gaugeHelp[name] ?? name, 'gauge'), `parley_${name} ${value}`)
      }
      const all: Readonly<Record<string, number | undefined>> = values
      for (const [name, help] of Object.entries(counters)) {
        lines.push(...heading(name, help, 'counter'), `parley_${name} ${all[name] ?? 0}`)
      }
      lines.push(...heading('failures_total', 'Sessions ended with a failure, by code', 'counter'))
      for (const [labels, value] of failures) lines.push(`parley_failures_total{${labels}} ${value}`)
      lines.push(...heading('answers_total', 'Answers to pushes and commands', 'counter'))
      for (const [answer, value] of answers) {
        const [verdict = '', code = ''] = answer.split(' ')
        lines.push(`parley_answers_total{class="${label(verdict)}",code="${code}"} ${value}`)
      }
      return lines.join('\n')
    },
  }
}

function count(into: Map<string, number>, labels: string): void {
  into.set(labels, (into.get(labels) ?? 0) + 1)
}

function heading(name: string, help: string, type: 'counter' | 'gauge'): readonly string[] {
  return [`# HELP parley_${name} ${help}`, `# TYPE parley_${name} ${type}`]
}

/** Codes are words of ours; should one ever not be, it cannot break the format. */
function label(text: string): string {
  return /^[a-z0-9-]{0,64}$/.test(text) ? text : 'other'
}
