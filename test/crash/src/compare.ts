/** Holds what a device was told against what is on the disk: of what was answered nothing is missing, and nothing twice. */
import { checkRelayData, openSqliteRelayStore } from '@parley/relay/node'
import type { Journal } from './writer.ts'

export interface Comparison {
  /** Answers that were held against rows. */
  readonly answers: number
  readonly rows: number
  readonly wrong: readonly string[]
}

export async function compare(directory: string, journals: readonly Journal[]): Promise<Comparison> {
  const report = checkRelayData(directory)
  const wrong = report.problems.map((problem) => `parley check: ${problem}`)
  let answers = 0
  const store = await openSqliteRelayStore({ directory })
  for (const journal of journals) {
    const { conversation, created, command, sent } = journal
    const answered = sent.flatMap(({ id, answer }) => (answer === undefined ? [] : [{ id, ...answer }]))
    if (created !== undefined) answered.push({ id: command, ...created })
    for (const { id, seq, time } of answered) {
      answers += 1
      const row = await store.row(conversation, seq)
      if (row === undefined) wrong.push(`row ${seq}, which was answered, is lost`)
      else if (row.id !== id || row.time !== time) wrong.push(`row ${seq} is not what was answered`)
    }
    const last = await store.conversation(conversation)
    const ids: string[] = []
    for (let page = 0; page <= (last?.pages ?? -1); page += 1) {
      const rows = await store.pageRows(conversation, page, 0, (last?.seq ?? 0) + 1)
      ids.push(...rows.flatMap(({ id }) => (id === '' ? [] : [id])))
    }
    if (new Set(ids).size < ids.length) wrong.push('an entry is there twice')
    wrong.push(...journal.wrong)
  }
  await store.close()
  return { answers, rows: report.rows, wrong }
}
