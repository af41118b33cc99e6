/** The process of a driver: runs a relay from the checkout it is told, and ends with whoever started it. */
import { rmSync } from 'node:fs'
import { startRelay } from '../relay-process.ts'
import { courseNamed } from './courses.ts'
import type { Driven } from './driven.ts'
import type { DriverQuestion, DriverReply } from './driver.ts'

let relay: Awaited<ReturnType<typeof startRelay>> | undefined
let driven: Driven | undefined

async function answer(question: DriverQuestion): Promise<DriverReply> {
  if (question.ask === 'open') {
    relay = await startRelay({ root: question.relay })
    driven = await courseNamed(question.course).open(relay, question.size)
    return { ok: true }
  }
  if (question.ask === 'stretch') {
    if (driven === undefined) throw new Error('a stretch comes after the opening')
    return { ok: true, sample: await driven.stretch() }
  }
  await driven?.close()
  await relay?.dispose()
  return { ok: true }
}

process.on('message', (message) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- from the process that started this one
  answer(message as DriverQuestion).then(
    (reply) => process.send?.(reply),
    async (error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      await relay?.kill()
      await relay?.dispose()
      process.send?.({ ok: false, error: text } satisfies DriverReply)
    },
  )
})

process.on('disconnect', () => {
  process.exit()
})

// A signal alone is no exit, and would leave the relay behind.
process.once('SIGTERM', () => process.exit(143))
process.on('exit', () => {
  if (relay !== undefined) rmSync(relay.folder, { recursive: true, force: true })
})
