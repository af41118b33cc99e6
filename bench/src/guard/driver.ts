/** A process that drives one relay: asked for stretches, one at a time. It may be of another checkout than this one. */
import { fork } from 'node:child_process'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endWithUs } from '../children.ts'
import { rootFolder } from '../folders.ts'
import type { CourseSize } from './courses.ts'
import type { Sample } from './driven.ts'

/** What a driver is asked. Each is answered before the next one. */
export type DriverQuestion =
  | { readonly ask: 'open'; readonly relay: string; readonly course: string; readonly size: CourseSize }
  | { readonly ask: 'stretch' }
  | { readonly ask: 'close' }

export type DriverReply =
  | { readonly ok: true; readonly sample?: Sample }
  | { readonly ok: false; readonly error: string }

export interface Driver {
  readonly stretch: () => Promise<Sample>
  /** Of the relay, too. */
  readonly close: () => Promise<void>
}

export interface DriverProcess extends Driver {
  readonly pid: number
}

export interface DriverOptions {
  /** The checkouts of the driver and of the relay. */
  readonly driver: string
  readonly relay: string
  readonly course: string
  readonly size: CourseSize
}

/** From the root of a checkout, whichever. */
export const driverPath: string = relative(
  rootFolder,
  fileURLToPath(new URL('driver-main.ts', import.meta.url)),
)

export async function openDriver({ driver, relay, course, size }: DriverOptions): Promise<DriverProcess> {
  const child = fork(join(driver, driverPath), [], { execArgv: ['--conditions=parley-source'] })
  endWithUs(child)
  let waiting: { resolve: (reply: DriverReply) => void; reject: (error: Error) => void } | undefined
  let gone: Error | undefined
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      gone = new Error(`the driver of ${course} ended with ${code ?? signal ?? 'nothing'}`)
      waiting?.reject(gone)
      resolve()
    })
  })
  // What it was asked while it ended is rejected by its end.
  child.on('error', () => undefined)
  child.on('message', (message) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- from a process of our own code
    waiting?.resolve(message as DriverReply)
  })
  const ask = async (question: DriverQuestion): Promise<Sample | undefined> => {
    const reply = await new Promise<DriverReply>((resolve, reject) => {
      if (gone !== undefined) {
        reject(gone)
        return
      }
      waiting = { resolve, reject }
      child.send(question)
    })
    waiting = undefined
    if (!reply.ok) throw new Error(reply.error)
    return reply.sample
  }
  const end = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  try {
    await ask({ ask: 'open', relay, course, size })
  } catch (error) {
    await end()
    throw error
  }
  return {
    pid: child.pid ?? 0,
    async stretch() {
      const sample = await ask({ ask: 'stretch' })
      if (sample === undefined) throw new Error('a stretch has a sample')
      return sample
    },
    async close() {
      try {
        if (gone === undefined) await ask({ ask: 'close' })
      } finally {
        await end()
      }
    },
  }
}
