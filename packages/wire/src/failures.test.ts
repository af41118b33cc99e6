import { expect, test } from 'vitest'
import { laterAnswers, rewriteAnswers } from './answers.ts'
import { decodeRelayFrame, encodeRelayFrame } from './codec.ts'
import { againAfterClose, type FailureCode, failureFrame, failures } from './failures.ts'
import { maxDetailLength } from './limits.ts'

const table = Object.entries(failures)

/** How a sentence that tells what to do begins. */
const doing = /^(?:Connect|Continue|Fetch|Rebuild|Report|Send|Sign in|Update|Wait|Write|Catch up)\b/

test('[WI23] every code has a sentence that says what happened and what to do', () => {
  const sentences = [...table, ...Object.entries(rewriteAnswers), ...Object.entries(laterAnswers)]
  expect(sentences.length).toBeGreaterThan(20)
  for (const [code, { sentence }] of sentences) {
    const [happened, toDo, ...rest] = sentence.split(/(?<=\.) /)
    expect([code, happened, rest]).toEqual([code, expect.stringMatching(/^[A-Z].+\.$/), []])
    expect([code, toDo]).toEqual([code, expect.stringMatching(doing)])
    expect(sentence.length).toBeLessThanOrEqual(maxDetailLength)
  }
})

test('[WI22] every failure has a close code of its own, in the range that says whether it lasts', () => {
  expect(new Set(table.map(([, { closeCode }]) => closeCode)).size).toBe(table.length)
  for (const [code, { closeCode, again, waitMs }] of table) {
    const lasting = closeCode >= 4400 && closeCode < 4500
    const passing = (closeCode >= 4500 && closeCode < 4600) || closeCode === 1001 || closeCode === 1011
    expect([code, lasting || passing, lasting]).toEqual([code, true, again !== 'retry'])
    expect(lasting && waitMs > 0).toBe(false)
  }
})

test('[WI22] codes and close codes stay what they are', () => {
  expect(table.map(([code, { closeCode, again }]) => `${code} ${closeCode} ${again}`)).toEqual([
    'bad-token 4401 token',
    'token-expired 4402 token',
    'wrong-version 4403 stop',
    'malformed 4404 stop',
    'unknown-frame 4405 stop',
    'too-large 4406 stop',
    'replaced 4410 stop',
    'conflict 4411 stop',
    'revoked 4412 token',
    'out-of-step 4500 retry',
    'slow-consumer 4501 retry',
    'hello-timeout 4502 retry',
    'overloaded 4503 retry',
    'shutting-down 1001 retry',
    'internal 1011 retry',
  ])
})

test('[WI24] a failure frame carries its row of the table, and the sentence unless there is a detail', () => {
  for (const code of Object.keys(failures) as FailureCode[]) {
    const { again, waitMs, sentence } = failures[code]
    const frame = failureFrame(code)
    expect(frame).toEqual({ frame: 'failure', code, again, waitMs, detail: sentence })
    expect(decodeRelayFrame(encodeRelayFrame(frame))).toEqual({ ok: true, frame })
    expect(failureFrame(code, 'why')).toEqual({ ...frame, detail: 'why' })
  }
})

test('[WI25] a close code alone says whether to come back, known or not', () => {
  for (const [, { closeCode, again }] of table) expect(againAfterClose(closeCode)).toBe(again)
  expect(againAfterClose(4499)).toBe('stop')
  expect(againAfterClose(4400)).toBe('stop')
  for (const passing of [1000, 1005, 1006, 1012, 4399, 4500, 4599])
    expect(againAfterClose(passing)).toBe('retry')
})
