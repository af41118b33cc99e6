/** The server bundled with y-websocket 2.1.0, with y-leveldb: each conversation a document, each socket in one of them. */
import { createServer } from 'node:net'
import { join } from 'node:path'
import { makeFolder } from '../../folders.ts'
import { startServer } from '../../server-process.ts'
import type { Contender, Server, StartOptions } from '../contender.ts'
import { openDialectRoom } from '../dialect-room.ts'
import { peersFolder, programOf } from '../peers-folder.ts'
import { createBeats, firstStep, sync, syncStep2, yjsBeatMs, yjsPen } from './yjs-dialect.ts'
import { readDocument } from './read-document.ts'

const none = new Uint8Array()
const begun = (frame: Buffer): boolean => frame[0] === sync && frame[1] === syncStep2

export const yWebsocket: Contender = {
  name: 'y-websocket',
  role: 'peer',
  about: 'the server bundled with y-websocket 2.1.0, with y-leveldb',
  stores: true,
  putsOffMs: 0,
  echoes: true,
  beatMs: yjsBeatMs,
  start,
  async open(server, options) {
    const { name } = options
    const beats = createBeats()
    return openDialectRoom(server, options, {
      path: `/${name}`,
      greeting: [firstStep(name, 'fillers')],
      begun,
      pen: (place) => yjsPen(options, place, none),
      acknowledges: 'echo',
      beat: (place) => beats(name, place),
    })
  },
  read: async (server, name) =>
    // It answers before it has loaded.
    readDocument(server, { path: `/${name}`, greeting: [firstStep(name, 'nothing')], begun }, 1000),
}

async function start(options: StartOptions = {}): Promise<Server> {
  const folder = options.folder ?? makeFolder('y-websocket')
  const script = join(peersFolder, 'node_modules', 'y-websocket', 'bin', 'server.cjs')
  return startServer({
    name: 'y-websocket',
    command: [...programOf(options), script],
    environment: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(await freePort()),
      YPERSISTENCE: join(folder, 'data'),
    },
    folder,
    started: /running at '127\.0\.0\.1' on port (\d+)/,
    endsWell: false,
  })
}

/** It cannot look for one itself. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  if (typeof address !== 'object' || address === null) throw new Error('no port is free')
  return address.port
}
