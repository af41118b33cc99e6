/** Hocuspocus 4.7 with its SQLite extension, as its manual sets it up. */
import { join } from 'node:path'
import { makeFolder } from '../../folders.ts'
import { startServer } from '../../server-process.ts'
import { joined, readVarUint, varText } from '../bytes.ts'
import type { Contender, ContenderName, Server, StartOptions } from '../contender.ts'
import { type Dialect, openDialectRoom } from '../dialect-room.ts'
import { peersFolder, programOf, serversFolder } from '../peers-folder.ts'
import { readDocument } from './read-document.ts'
import { createBeats, firstStep, sync, syncStep2, yjsBeatMs, yjsPen } from './yjs-dialect.ts'

const auth = 2
const syncReply = 4
const syncStatus = 8
const authenticated = 2
const quietMs = 300

/** At most so many documents may wait to be let in on one socket: 100 by default. */
const wide = 100_000

export const hocuspocus: Contender = contender(
  'hocuspocus',
  'Hocuspocus 4.7.0 with extension-sqlite 4.7.0, everything else as it comes',
  [],
)

export const hocuspocusWide: Contender = contender(
  'hocuspocus-wide',
  'the same, with room for many documents on one socket',
  [String(wide)],
)

function contender(name: ContenderName, about: string, words: readonly string[]): Contender {
  return {
    name,
    role: 'peer',
    about,
    stores: true,
    putsOffMs: 10_000,
    echoes: true,
    beatMs: yjsBeatMs,
    start: async (options) => start(name, words, options),
    async open(server, options) {
      const prefix = varText(options.name)
      const beats = createBeats()
      return openDialectRoom(server, options, {
        ...entrance(options.name, 'fillers'),
        pen: (place) => yjsPen(options, place, prefix),
        acknowledges: (frame) => {
          const type = frame[prefix.length]
          if (type !== syncStatus) return 0
          if (frame[prefix.length + 1] !== 1) throw new Error(`${name} did not take an update`)
          return 1
        },
        beat: (place) => joined(prefix, beats(options.name, place)),
      })
    },
    read: async (server, room) => readDocument(server, entrance(room, 'nothing'), quietMs),
  }
}

/** A token is asked for even where nobody checks it; then the document is asked for. */
function entrance(name: string, knows: 'nothing' | 'fillers'): Pick<Dialect, 'path' | 'greeting' | 'begun'> {
  const prefix = varText(name)
  return {
    path: '/',
    greeting: [joined(prefix, Uint8Array.of(auth, 0), varText('token'), varText('4.8.0'))],
    begun(frame) {
      const type = readVarUint(frame, prefix.length)
      const detail = frame[type.next]
      if (type.value === auth) {
        if (detail !== authenticated) throw new Error('Hocuspocus did not let a member in')
        return joined(prefix, firstStep(name, knows))
      }
      return (type.value === sync || type.value === syncReply) && detail === syncStep2
    },
  }
}

async function start(
  name: ContenderName,
  words: readonly string[],
  options: StartOptions = {},
): Promise<Server> {
  const folder = options.folder ?? makeFolder(name)
  return startServer({
    name,
    command: [
      ...programOf(options),
      join(serversFolder, 'hocuspocus-server.ts'),
      peersFolder,
      join(folder, 'data.sqlite'),
      ...words,
    ],
    folder,
    started: /listening on port (\d+)/,
    endsWell: false,
  })
}
