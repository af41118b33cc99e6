/** `parley relay` on its SQLite store, run from source; nothing limits how fast a user may write. */
import { createHash } from 'node:crypto'
import { type ConversationId, type EntryId, makeConversationId, makeEntryId } from '@parley/document'
import type { DeviceFrame, RelayFrame } from '@parley/wire'
import { userOf } from '../../people.ts'
import { startRelay } from '../../relay-process.ts'
import {
  type Contender,
  memberName,
  type Room,
  type RoomOptions,
  type Seen,
  type Server,
} from '../contender.ts'
import { createEye, numbersIn } from '../message.ts'
import { peersNode } from '../peers-folder.ts'
import { onServerCore } from '../cores.ts'
import { createSockets } from '../sockets.ts'
import { openSession, type Session } from './parley-session.ts'
import { createParleyPen, type ParleyPen } from './parley-pen.ts'

export const parley: Contender = {
  name: 'parley',
  role: 'ours',
  about:
    'parley relay with SQLite, every message synced before it is acknowledged or handed on; limits on rates off',
  stores: true,
  putsOffMs: 0,
  echoes: true,
  beatMs: 20_000,
  start: async ({ folder, node = peersNode, nodeArguments = [] } = {}) =>
    startRelay({
      ...(folder === undefined ? {} : { folder }),
      node: onServerCore(node),
      nodeArguments: ['--disable-warning=ExperimentalWarning', ...nodeArguments],
    }),
  open,
  read,
}

interface Member {
  readonly session: Session
  readonly pen: ParleyPen
}

async function open(server: Server, options: RoomOptions): Promise<Room> {
  const { name, members, guests = [], hear = {} } = options
  const conversation = conversationOf(name)
  const sockets = createSockets()
  const eye = createEye()
  const all: Member[] = []
  const enter = async (place: number): Promise<Session> => {
    const pen = createParleyPen({
      user: memberName(name, place),
      conversation,
      send: (frame) => session.send(frame),
      acknowledged: (numbers) => hear.acknowledged?.(place, numbers),
    })
    const deliver = (seen: Seen): void => {
      if (seen.numbers.length > 0) hear.delivered?.(place, seen)
    }
    const session = await openSession({
      port: server.port,
      user: userOf(memberName(name, place)),
      rows: (bytes) => deliver(eye(bytes)),
      hear: (frame) => {
        if (frame.frame === 'answer') pen.take(frame)
      },
      lost: sockets.lose,
    })
    sockets.add(session.socket)
    all.push({ session, pen })
    return session
  }
  const creator = await enter(0)
  const others = Array.from({ length: members - 1 }, (_, index) => memberName(name, index + 1))
  await create(creator, conversation, name, [...others, ...guests])
  for (let place = 1; place < members; place += 1) await enter(place)

  const memberAt = (place: number): Member => {
    const member = all[place]
    if (member === undefined) throw new Error(`${memberName(name, place)} is not here`)
    return member
  }
  return {
    name,
    members,
    send: (place, number) => memberAt(place).pen.write([number]),
    sendMany: (place, numbers) => memberAt(place).pen.write(numbers),
    beat: (place) => memberAt(place).session.ping(),
    traffic: sockets.traffic,
    lost: sockets.lost,
    close: sockets.close,
  }
}

/** The same name gives the same conversation, and the same command to make it, which a relay takes once. */
function conversationOf(name: string): ConversationId {
  return makeConversationId(chanceOf(name).subarray(0, 16))
}

function commandIdOf(name: string): EntryId {
  return makeEntryId(1_700_000_000_000, chanceOf(`${name}\ncreate`).subarray(0, 10))
}

function chanceOf(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}

async function create(
  creator: Session,
  conversation: ConversationId,
  name: string,
  others: readonly string[],
): Promise<void> {
  const command = { op: 'create', kind: 'group', unique: false, members: [...others], name, attributes: {} }
  const answer = await creator.ask(
    { frame: 'command', conversation, id: commandIdOf(name), command },
    (frame) => (frame.frame === 'command-answer' ? frame : undefined),
  )
  const { verdict } = answer
  if (verdict.class === 'accepted' || verdict.class === 'duplicate') return
  throw new Error(`no conversation was made: ${JSON.stringify(verdict)}`)
}

/** Page by page, as a device does that shows all of it. */
async function read(server: Server, name: string): Promise<readonly number[]> {
  const conversation = conversationOf(name)
  const session = await openSession({
    port: server.port,
    user: userOf(memberName(name, 0)),
    rows: () => undefined,
    hear: () => undefined,
    lost: () => undefined,
  })
  const pages = session.news.find((one) => one.conversation === conversation)?.pages ?? 0
  const numbers: number[] = []
  for (let page = 1; page <= pages; page += 1) {
    const question: DeviceFrame = { frame: 'fetch', request: page, conversation, page, after: 0 }
    const fetched = await session.ask(question, fetchedIn)
    // A page is smaller than a frame may be.
    if (fetched.result !== 'rows' || fetched.more) throw new Error(`page ${page} could not be read`)
    for (const row of fetched.rows) {
      if (row.kind === 'entry') numbers.push(...numbersIn(Buffer.from(row.update)).numbers)
    }
  }
  await session.socket.close()
  return numbers
}

function fetchedIn(frame: RelayFrame): Extract<RelayFrame, { frame: 'fetch-answer' }>['fetched'] | undefined {
  return frame.frame === 'fetch-answer' ? frame.fetched : undefined
}
