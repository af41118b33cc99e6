import type { RelayFrame } from '@parley/wire'
import { expect, test } from 'vitest'
import { checkLeaves } from './frame-checks.ts'
import { command } from './deeds.ts'
import { openStage, sayMany, type Stage } from './stage.ts'

async function openCase(): Promise<
  Stage & { readonly judge: (frame: RelayFrame, who?: 'tom' | 'jerry') => readonly string[] }
> {
  const stage = await openStage()
  const { world, tom, jerry, lunch } = stage
  sayMany(world, tom, lunch, 2)
  await world.run(1000)
  command(world, tom, lunch, { op: 'remove', members: [jerry.user] })
  await world.run(1000)
  sayMany(world, tom, lunch, 1)
  await world.run(1000)
  const log = world.relay.disk.log()
  return {
    ...stage,
    judge: (frame, who = 'tom') => checkLeaves(log, who === 'tom' ? tom.user : jerry.user, frame),
  }
}

const rowsFrame = ({ world, lunch }: Stage, seq: number): RelayFrame => {
  const row = world.relay.disk.log().conversations.get(lunch)?.rows[seq - 1]
  const { time, page, update } = row ?? { time: 0, page: 1, update: new Uint8Array() }
  return {
    frame: 'rows',
    conversation: lunch,
    rows: [{ kind: 'entry', seq, time, page, update, erases: [] }],
  }
}

test('[WO20] a row, an answer and a cursor that leave before the disk has them are seen', async () => {
  const stage = await openCase()
  const { lunch, judge } = stage
  expect(judge(rowsFrame(stage, 2))).toEqual([])
  expect(judge(rowsFrame(stage, 6)).join()).toMatch(/before the disk/)
  const verdict = { class: 'accepted', seq: 6, time: 0 } as const
  const answer: RelayFrame = {
    frame: 'answer',
    conversation: lunch,
    answers: [{ page: 1, client: 1, clock: 0, verdict }],
  }
  expect(judge(answer).join()).toMatch(/answered before the disk/)
  const early = { ...answer, answers: [{ page: 1, client: 1, clock: 0, verdict: { ...verdict, seq: 2 } }] }
  expect(judge(early).join()).toMatch(/names another place/)
  const done: RelayFrame = {
    frame: 'command-answer',
    conversation: lunch,
    id: 'x',
    verdict: { class: 'accepted', seq: 6, time: 0, outcome: null },
  }
  expect(judge(done).join()).toMatch(/before the disk/)
  expect(judge({ frame: 'cursor', cursor: 1000, frames: 1 }).join()).toMatch(/ran ahead/)
})

test('[WO21] what leaves for somebody after his removal is seen, and what was his before is not', async () => {
  const stage = await openCase()
  const { lunch, judge } = stage
  expect(judge(rowsFrame(stage, 3), 'jerry')).toEqual([])
  expect(judge(rowsFrame(stage, 5), 'jerry').join()).toMatch(/may not see it/)
  const head = { frame: 'fetch-answer', request: 1, conversation: lunch } as const
  const state = { result: 'head', version: 5, digest: '', state: new Uint8Array() } as const
  expect(judge({ ...head, fetched: state }, 'jerry').join()).toMatch(/may not see it/)
  expect(judge({ ...head, fetched: { ...state, version: 1 } }, 'jerry')).toEqual([])
})
