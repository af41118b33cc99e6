/** A process of devices: does what it is asked, and ends with whoever started it. */
import { jobs, type Question, type Reply } from './crew-jobs.ts'

process.on('message', (message) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- from the process that started this one
  const { id, name, given } = message as Question
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one who asks is checked against the job's own type
  const job = jobs[name] as (given: unknown) => Promise<unknown>
  const reply = (answer: Omit<Reply, 'id'>): void => {
    process.send?.({ id, ...answer })
  }
  job(given).then(
    (value) => {
      reply({ value })
    },
    (error: unknown) => {
      reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    },
  )
})

process.on('disconnect', () => {
  process.exit()
})
