/** The two limits: what `ws` alone costs, and what it costs with every message synced to a disk before anybody has it. */
import { join } from 'node:path'
import { makeFolder } from '../../folders.ts'
import { startServer } from '../../server-process.ts'
import type { Contender, ContenderName, Server, StartOptions } from '../contender.ts'
import { memberName } from '../contender.ts'
import { type Dialect, openDialectRoom, type Pen } from '../dialect-room.ts'
import { numbersIn } from '../message.ts'
import { programOf, serversFolder } from '../peers-folder.ts'
import { openSocket } from '../raw-socket.ts'
import { readAnswer, writeQuestion } from '../servers/bare-frames.ts'
import { createYjsPen } from '../yjs-pen.ts'

const joinedByte = 0
/** Its clients say nothing of themselves. */
const never = 2 ** 31 - 1

export const bareWs: Contender = {
  name: 'bare-ws',
  role: 'limit',
  about: 'ws hands each message to each other member at once',
  stores: false,
  putsOffMs: 0,
  echoes: false,
  beatMs: never,
  start: async (options) => start('bare-ws', 'bare-server.ts', options),
  open: async (server, options) => openDialectRoom(server, options, dialectOf(options.name, 'elsewhere')),
  read: async () => Promise.resolve([]),
}

export const bareWsSqlite: Contender = {
  name: 'bare-ws-sqlite',
  role: 'limit',
  about:
    'ws and SQLite: a turn of the event loop is a synced transaction, then a frame for each conversation',
  stores: true,
  putsOffMs: 0,
  echoes: true,
  beatMs: never,
  start: async (options) => start('bare-ws-sqlite', 'bare-sqlite-server.ts', options),
  open: async (server, options) => openDialectRoom(server, options, dialectOf(options.name, 'echo')),
  read,
}

async function read({ port }: Server, name: string): Promise<readonly number[]> {
  const numbers: number[] = []
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  const socket = await openSocket({
    port,
    lost: (reason) => reject(new Error(`nothing could be read: ${reason}`)),
    message(frame) {
      numbers.push(...numbersIn(frame).numbers)
      if (readAnswer(frame).last) resolve(undefined)
    },
  })
  socket.send(writeQuestion({ ask: 'after', cursors: [{ conversation: name, seq: 0 }] }))
  await promise
  await socket.close()
  return numbers
}

function dialectOf(name: string, acknowledges: 'echo' | 'elsewhere'): Dialect {
  return {
    path: `/${name}`,
    greeting: [],
    begun: (frame) => frame.length === 1 && frame[0] === joinedByte,
    pen: (place) => penOf(name, place),
    acknowledges,
    beat: () => undefined,
  }
}

function penOf(name: string, place: number): Pen {
  const pen = createYjsPen(memberName(name, place))
  return {
    write: pen.write,
    writeMany: (numbers) => numbers.map((number) => ({ frame: pen.write(number), numbers: [number] })),
  }
}

async function start(name: ContenderName, script: string, options: StartOptions = {}): Promise<Server> {
  const folder = options.folder ?? makeFolder(name)
  return startServer({
    name,
    command: [...programOf(options), join(serversFolder, script), join(folder, 'data.sqlite')],
    folder,
    started: /listening on port (\d+)/,
    endsWell: false,
  })
}
