/** A process full of devices, and the questions it is asked. Its fault, or its end, fails what was asked. Rule BE12. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { endWithUs } from '../children.ts'
import type { Jobs, Reply } from './crew-jobs.ts'

export interface Crew {
  readonly pid: number
  readonly ask: <Name extends keyof Jobs>(
    name: Name,
    ...given: Parameters<Jobs[Name]>
  ) => ReturnType<Jobs[Name]>
  readonly end: () => Promise<void>
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

export function startCrew(): Crew {
  const child = fork(fileURLToPath(new URL('crew-main.ts', import.meta.url)), [], {
    execArgv: ['--conditions=parley-source'],
    serialization: 'advanced',
  })
  const waiting = new Map<number, Waiting>()
  let asked = 0
  let gone: Error | undefined
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      gone = new Error(`a process of devices ended with ${code ?? signal ?? 'nothing'}`)
      for (const { reject } of waiting.values()) reject(gone)
      waiting.clear()
      resolve()
    })
  })
  endWithUs(child)
  child.on('message', (message) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- from our own process
    const reply = message as Reply
    const one = waiting.get(reply.id)
    waiting.delete(reply.id)
    if (reply.error === undefined) one?.resolve(reply.value)
    else one?.reject(new Error(reply.error))
  })
  return {
    pid: child.pid ?? 0,
    ask(name, ...given) {
      const answer = new Promise<unknown>((resolve, reject) => {
        if (gone !== undefined) {
          reject(gone)
          return
        }
        asked += 1
        waiting.set(asked, { resolve, reject })
        child.send({ id: asked, name, given: given[0] })
      })
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what this job answers, in our own process
      return answer as ReturnType<Jobs[typeof name]>
    },
    async end() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
