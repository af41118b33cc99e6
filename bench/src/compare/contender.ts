/**
 * A contender: a server that messages can be sent through, and the one way in which every scenario speaks with it.
 *
 * Everybody is given the very same updates (message.ts), one message to a frame, over a socket of its own for each member
 * and conversation. Each message carries a number in its text; what was delivered is known by the numbers found in the bytes
 * that came, whichever way a server packs them.
 */
import type { ServerProcess } from '../server-process.ts'

export type ContenderName =
  | 'parley'
  | 'hocuspocus'
  | 'hocuspocus-wide'
  | 'y-websocket'
  | 'bare-ws'
  | 'bare-ws-sqlite'

export interface Contender {
  readonly name: ContenderName
  /** A limit checks nothing and knows nobody: it says what the platform costs, and nobody can be under it. */
  readonly role: 'ours' | 'peer' | 'limit'
  readonly about: string
  /** What it acknowledges is meant to outlive its process. */
  readonly stores: boolean
  /** So long it may put off storing what it has acknowledged: a run that is to see that cost lasts longer. */
  readonly putsOffMs: number
  /** The author of a message is sent it like everybody else. */
  readonly echoes: boolean
  /** So often its own client says something when nothing happens (`Room.beat`). */
  readonly beatMs: number
  readonly start: (options?: StartOptions) => Promise<Server>
  /** Makes a conversation, or comes back to it, and connects its members. */
  readonly open: (server: Server, options: RoomOptions) => Promise<Room>
  /** The numbers of all messages of a conversation, as somebody is told them who has nothing. */
  readonly read: (server: Server, name: string) => Promise<readonly number[]>
}

export interface StartOptions {
  /** Of a server that ran before; a new one otherwise. */
  readonly folder?: string
  /** What to run it with; the Node of bench/peers otherwise. */
  readonly node?: string
  readonly nodeArguments?: readonly string[]
}

/** Its folder holds its data too: it is what `start` takes to run it again on the same data. */
export type Server = ServerProcess

export interface RoomOptions {
  /** The same name on the same data is the same conversation. */
  readonly name: string
  /** All who are connected, each by a socket. Their names are `memberName(name, place)`; the first makes the conversation. */
  readonly members: number
  /** Users who are members too, and are not connected by this. */
  readonly guests?: readonly string[]
  /** What is written is to be there when others measure: they are not sent it again when they open this conversation. */
  readonly fills?: boolean
  readonly hear?: Hear
}

export interface Hear {
  readonly delivered?: (place: number, seen: Seen) => void
  /** Messages of this member that are acknowledged, in whichever way the server has. */
  readonly acknowledged?: (place: number, numbers: readonly number[]) => void
}

/** What was found in one frame. */
export interface Seen {
  readonly numbers: readonly number[]
  readonly sum: number
}

export interface Room {
  readonly name: string
  readonly members: number
  /** One message, in one frame. */
  readonly send: (place: number, number: number) => void
  /** Many at once, as a device does that comes back with a full outbox: to fill a conversation, not to measure. */
  readonly sendMany: (place: number, numbers: readonly number[]) => void
  /** What a client of this member says when nothing happens: that it is still there. */
  readonly beat: (place: number) => void
  /** Of all sockets, since they were connected. */
  readonly traffic: () => Traffic
  /** Why a socket was lost, when one was. */
  readonly lost: () => string | undefined
  readonly close: () => Promise<void>
}

export interface Traffic {
  readonly framesIn: number
  readonly framesOut: number
  /** On the sockets, WebSocket's own included. */
  readonly bytesIn: number
  readonly bytesOut: number
}

/** The user who has this place in a conversation. */
export function memberName(conversation: string, place: number): string {
  return `${conversation}-${place}`
}
