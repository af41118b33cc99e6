/**
 * A conversation with a server that speaks in documents or in bare messages: everything but Parley. What differs between them
 * is a dialect: how a session begins, how a message is wrapped, and what an author takes for an acknowledgement.
 */
import { memberName, type Room, type RoomOptions, type Seen, type Server } from './contender.ts'
import { createEye } from './message.ts'
import { openSocket, type RawSocket } from './raw-socket.ts'
import { createSockets } from './sockets.ts'

export interface Dialect {
  readonly path: string
  /** Said first. */
  readonly greeting: readonly Uint8Array[]
  /** Whether this frame says that the session has begun, and what is to be said next in order to begin it. */
  readonly begun: (frame: Buffer) => boolean | Uint8Array
  readonly pen: (place: number) => Pen
  /**
   * `echo`: an author has his own message back. `elsewhere`: another member has it. Otherwise how many frames of his this one
   * acknowledges, in the order in which he sent them.
   */
  readonly acknowledges: 'echo' | 'elsewhere' | ((frame: Buffer) => number)
  readonly beat: (place: number) => Uint8Array | undefined
}

export interface Pen {
  readonly write: (number: number) => Uint8Array
  readonly writeMany: (numbers: readonly number[]) => readonly Written[]
}

export interface Written {
  readonly frame: Uint8Array
  readonly numbers: readonly number[]
}

/** `dialect` is asked for anew for each room. */
export async function openDialectRoom(
  server: Server,
  { name, members, hear = {} }: RoomOptions,
  dialect: Dialect,
): Promise<Room> {
  const { acknowledges } = dialect
  const eye = createEye()
  const sockets = createSockets()
  const all: RawSocket[] = []
  const pens = Array.from({ length: members }, (_, place) => dialect.pen(place))
  const pending = createPending(members, (place, numbers) => hear.acknowledged?.(place, numbers))

  const take = (place: number, seen: Seen): void => {
    if (seen.numbers.length === 0) return
    if (acknowledges === 'echo') pending.echo(place, seen.numbers)
    else if (acknowledges === 'elsewhere') pending.elsewhere(seen.numbers)
    hear.delivered?.(place, seen)
  }
  const receive = (place: number, frame: Buffer): void => {
    const count = typeof acknowledges === 'function' ? acknowledges(frame) : 0
    if (count > 0) pending.next(place, count)
    else take(place, eye(frame))
  }

  for (let place = 0; place < members; place += 1) {
    const socket = await begin(server, dialect, (frame) => receive(place, frame), sockets.lose)
    sockets.add(socket)
    all.push(socket)
  }
  const socketOf = (place: number): RawSocket => {
    const socket = all[place]
    if (socket === undefined) throw new Error(`${memberName(name, place)} is not here`)
    return socket
  }
  return {
    name,
    members,
    send(place, number) {
      pending.sent(place, [number])
      socketOf(place).send(penOf(pens, place).write(number))
    },
    sendMany(place, numbers) {
      for (const written of penOf(pens, place).writeMany(numbers)) {
        pending.sent(place, written.numbers)
        socketOf(place).send(written.frame)
      }
    },
    beat(place) {
      const frame = dialect.beat(place)
      if (frame !== undefined) socketOf(place).send(frame)
    },
    traffic: sockets.traffic,
    lost: sockets.lost,
    close: sockets.close,
  }
}

function penOf(pens: readonly Pen[], place: number): Pen {
  const pen = pens[place]
  if (pen === undefined) throw new Error(`there is no member ${place}`)
  return pen
}

const beginMs = 60_000

async function begin(
  { port }: Server,
  dialect: Dialect,
  receive: (frame: Buffer) => void,
  lost: (reason: string) => void,
): Promise<RawSocket> {
  return new Promise((resolve, reject) => {
    let ready = false
    let socket: RawSocket | undefined
    const late = setTimeout(() => reject(new Error(`no session within ${beginMs} ms`)), beginMs)
    const message = (frame: Buffer): void => {
      if (!ready && socket !== undefined) {
        const next = dialect.begun(frame)
        if (next instanceof Uint8Array) socket.send(next)
        if (next === true) {
          ready = true
          clearTimeout(late)
          resolve(socket)
        }
      }
      receive(frame)
    }
    const options = {
      port,
      path: dialect.path,
      message,
      lost: (reason: string) => {
        clearTimeout(late)
        lost(reason)
        reject(new Error(`no session: ${reason}`))
      },
    }
    openSocket(options).then((opened) => {
      socket = opened
      for (const frame of dialect.greeting) opened.send(frame)
    }, reject)
  })
}

interface Pending {
  readonly sent: (place: number, numbers: readonly number[]) => void
  readonly echo: (place: number, numbers: readonly number[]) => void
  readonly elsewhere: (numbers: readonly number[]) => void
  readonly next: (place: number, frames: number) => void
}

/** What has been sent and is not acknowledged. */
function createPending(
  members: number,
  acknowledged: (place: number, numbers: readonly number[]) => void,
): Pending {
  const authors = new Map<number, number>()
  const queues: (readonly number[])[][] = Array.from({ length: members }, () => [])
  return {
    sent(place, numbers) {
      for (const number of numbers) authors.set(number, place)
      queues[place]?.push(numbers)
    },
    echo(place, numbers) {
      const own = numbers.filter((number) => authors.get(number) === place)
      for (const number of own) authors.delete(number)
      if (own.length > 0) acknowledged(place, own)
    },
    elsewhere(numbers) {
      for (const number of numbers) {
        const place = authors.get(number)
        if (place === undefined) continue
        authors.delete(number)
        acknowledged(place, [number])
      }
    },
    next(place, frames) {
      const taken = queues[place]?.splice(0, frames) ?? []
      if (taken.length < frames) throw new Error('more is acknowledged than was sent')
      acknowledged(place, taken.flat())
    },
  }
}
