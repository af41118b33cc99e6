/** One connection at the second door, with every message written by hand. */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { WebSocket } from 'ws'
import type { Network } from './ground.ts'
import { waitFor } from './waiting.ts'

export interface StockLine {
  readonly heard: readonly Uint8Array[]
  /** Why it was told that it may not write. */
  readonly denials: () => readonly string[]
  /** How often the relay has asked for what it has. */
  readonly asked: () => number
  /** Documents it was answered with. */
  readonly answered: () => readonly Uint8Array[]
  readonly send: (message: Uint8Array | string) => void
  /** Resolves when this is so, or it has ended; throws when neither comes. */
  readonly when: (what: string, holds: () => boolean, ms?: number) => Promise<void>
  /** `closed 4540 gap`; undefined while it is open. */
  readonly ended: () => string | undefined
  readonly close: () => void
}

/** `http 404` where the upgrade is refused. */
export async function openStock(
  { ws }: Network,
  name: string,
  token: string,
  options: {
    readonly headers?: Readonly<Record<string, string>>
    readonly protocols?: readonly string[]
  } = {},
): Promise<StockLine | string> {
  const { headers = {}, protocols = ['parley.y1', `token.${token}`] } = options
  const socket = new WebSocket(`${ws}/y/${name}`, [...protocols], { headers, perMessageDeflate: false })
  const wake = new Set<() => void>()
  const heard: Uint8Array[] = []
  const denials: string[] = []
  const answered: Uint8Array[] = []
  let asked = 0
  let ended: string | undefined
  const notify = (): void => {
    for (const listener of wake) listener()
  }
  socket.on('message', (data: Buffer) => {
    heard.push(new Uint8Array(data))
    const decoder = decoding.createDecoder(new Uint8Array(data))
    const kind = decoding.readVarUint(decoder)
    const inner = kind === 0 || kind === 2 ? decoding.readVarUint(decoder) : -1
    if (kind === 2 && inner === 0) denials.push(decoding.readVarString(decoder))
    if (kind === 0 && inner === 0) asked += 1
    if (kind === 0 && inner === 1) answered.push(decoding.readVarUint8Array(decoder).slice())
    notify()
  })
  socket.on('close', (code: number, reason: Buffer) => {
    ended ??= ['closed', code, reason.toString()].filter((part) => part !== '').join(' ')
    notify()
  })
  const refused = await new Promise<string | undefined>((resolve, reject) => {
    socket.on('open', () => resolve(undefined))
    socket.on('unexpected-response', (request, response) => {
      resolve(`http ${response.statusCode}`)
      request.destroy()
    })
    socket.on('error', reject)
  })
  if (refused !== undefined) return refused
  return {
    heard,
    denials: () => denials,
    asked: () => asked,
    answered: () => answered,
    send(message) {
      if (socket.readyState === socket.OPEN) socket.send(message)
    },
    when: async (what, holds, ms) => {
      await waitFor(wake, what, () => (holds() || ended !== undefined ? true : undefined), ms)
    },
    ended: () => ended,
    close: () => socket.terminate(),
  }
}

/** A message of the sync protocol: 0 asks, 1 answers, 2 tells of a change. */
export function syncMessage(step: 0 | 1 | 2, payload: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 0)
    encoding.writeVarUint(encoder, step)
    encoding.writeVarUint8Array(encoder, payload)
  })
}

/** What somebody says of himself, or of somebody else. */
export function awarenessMessage(
  entries: readonly { readonly client: number; readonly clock: number; readonly state: string }[],
): Uint8Array {
  const inner = encoding.createEncoder()
  encoding.writeVarUint(inner, entries.length)
  for (const { client, clock, state } of entries) {
    encoding.writeVarUint(inner, client)
    encoding.writeVarUint(inner, clock)
    encoding.writeVarString(inner, state)
  }
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarUint8Array(encoder, encoding.toUint8Array(inner))
  })
}

/** A state vector, whatever it claims. */
export function stateVector(clocks: readonly (readonly [number, number])[]): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, clocks.length)
    for (const [client, clock] of clocks) {
      encoding.writeVarUint(encoder, client)
      encoding.writeVarUint(encoder, clock)
    }
  })
}
