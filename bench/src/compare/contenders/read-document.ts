/** Everything a Yjs server has of a document, as a client is sent it that has nothing. */
import type { Server } from '../contender.ts'
import type { Dialect } from '../dialect-room.ts'
import { numbersIn } from '../message.ts'
import { openSocket, type RawSocket } from '../raw-socket.ts'
import { pause } from '../../waiting.ts'

const patienceMs = 60_000

/** `quietMs`: some servers answer before they have loaded, and send the rest later. */
export async function readDocument(
  { port }: Server,
  { path, greeting, begun }: Pick<Dialect, 'path' | 'greeting' | 'begun'>,
  quietMs: number,
): Promise<readonly number[]> {
  const numbers = new Set<number>()
  const state: State = { answered: false, heardAt: performance.now(), lost: undefined, socket: undefined }
  const socket = await openSocket({
    port,
    path,
    message(frame) {
      state.heardAt = performance.now()
      const next = state.answered ? false : begun(frame)
      if (next instanceof Uint8Array) state.socket?.send(next)
      if (next === true) state.answered = true
      for (const number of numbersIn(frame).numbers) numbers.add(number)
    },
    lost(reason) {
      state.lost = reason
    },
  })
  state.socket = socket
  for (const frame of greeting) socket.send(frame)
  const until = performance.now() + patienceMs
  while (!state.answered || performance.now() - state.heardAt < quietMs) {
    if (state.lost !== undefined) throw new Error(`nothing could be read: ${state.lost}`)
    if (performance.now() > until) throw new Error(`nothing could be read within ${patienceMs} ms`)
    await pause(20)
  }
  await socket.close()
  return [...numbers]
}

interface State {
  answered: boolean
  heardAt: number
  lost: string | undefined
  socket: RawSocket | undefined
}
