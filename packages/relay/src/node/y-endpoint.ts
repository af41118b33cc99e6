/**
 * The second endpoint: one document of a conversation for one stock Yjs tool, which reads it and writes into it.
 *
 *   new WebsocketProvider('ws://host:port/y', 'c/<conversation>/1', doc, { protocols: ['parley.y1', `token.${jwt}`] })
 *
 * The token comes in the header of the subprotocols, never in the URL, and the relay answers `parley.y1`, never the token.
 * Who is let in is decided before the upgrade is answered, so a refusal is plain HTTP. Following begins before the
 * document is read: no row falls between the two. Rules RE103 to RE119.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type DocumentName, headName, pageName, parseDocumentName } from '@parley/document'
import { type FailureCode, maxDeviceFrameBytes } from '@parley/wire'
import { WebSocketServer } from 'ws'
import type { Authenticated, Connection, Identity, Logger, Peer, Relay } from '../ports.ts'
import { revokedSentence } from '../revocations.ts'
import type { RelayStore } from '../store.ts'
import { type ServerTimings, payloadHeadroom } from './server-limits.ts'
import { describeError } from './server-log.ts'
import type { Metrics } from './server-metrics.ts'
import type { KeepSession } from './server-session.ts'
import { TokenKeysError } from './token-keys.ts'
import { socketDevice, stockDevice } from './y-device.ts'
import { maxReadersPerDocument, maxReadersPerUser } from './y-limits.ts'
import { createPenalties } from './y-penalties.ts'
import { type Reader, openReader } from './y-reader.ts'
import { type RoomReader, createRooms } from './y-room.ts'
import { type Heard, createListener, isHis, readDocument } from './y-source.ts'
import { createVisitors, type Visitor } from './y-visitors.ts'

export interface YSetting {
  readonly relay: Relay
  readonly store: RelayStore
  readonly metrics: Metrics
  readonly logger: Logger
  readonly timings: ServerTimings
  readonly lowWaterBytes: number
  readonly now: () => number
  readonly random: (count: number) => Uint8Array
  readonly keep: KeepSession
  readonly cork: (stream: Duplex) => void
}

export type Refuse = (status: number, sentence: string) => void

export interface YEndpoint {
  readonly readers: () => number
  readonly documents: () => number
  readonly sweep: () => void
  /** `path`: what stands behind `/y/`. `settled`: he has been let in, or not. */
  readonly upgrade: (
    request: IncomingMessage,
    stream: Duplex,
    head: Buffer,
    path: string,
    refuse: Refuse,
    settled?: () => void,
  ) => void
}

const subprotocol = 'parley.y1'

export function createYEndpoint(setting: YSetting): YEndpoint {
  const { store, relay, logger, now } = setting
  const rooms = createRooms()
  const penalties = createPenalties()
  const visitors = createVisitors(now)
  const listen = createListener()
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    autoPong: false,
    perMessageDeflate: false,
    maxPayload: maxDeviceFrameBytes * payloadHeadroom,
    handleProtocols: () => subprotocol,
  })

  const failed = (error: unknown): void => {
    logger.error('reader-failed', { error: describeError(error) })
  }

  /** Lets one in, or says why not. */
  const admit = async (visit: Visit): Promise<void> => {
    const who = await relay.authenticate(visit.token, now())
    if (!who.ok) {
      visit.refuse(401, who.detail)
      return
    }
    const visitor = visitors.enter(who.user)
    if (visitor === undefined) {
      visit.refuse(429, `This user has ${maxReadersPerUser} documents open, or opens them too fast.`)
      return
    }
    const seat = takeSeat(visit, identityOf(who, setting.random), visitor)
    try {
      const his = await seat.load()
      if (seat.refusal() === 'revoked') visit.refuse(401, revokedSentence)
      else if (!his) visit.refuse(404, 'There is no such document, or it is not yours.')
      // With his own seat; and only now, since to others the document does not exist.
      else if (rooms.readersOf(roomOf(visit.name)) > maxReadersPerDocument)
        visit.refuse(503, 'This document has as many readers as it may.')
      else if (seat.connection.state === 'closed') visit.refuse(503, 'The relay is being stopped.')
      else seat.open()
    } finally {
      if (!seat.taken()) seat.leave()
    }
  }

  /** A place in the room, and in session with the relay; the socket comes last. */
  const takeSeat = (visit: Visit, identity: Identity, visitor: Visitor): Seat => {
    const { user, expires = Number.POSITIVE_INFINITY } = identity
    const { name } = visit
    const place = roomOf(name)
    let reader: Reader | undefined
    let broken = false
    let left = false
    let refusal: FailureCode | undefined
    const self: RoomReader = {
      user,
      sendAwareness(message) {
        if (reader !== undefined && reader.buffered() < maxAwarenessBufferBytes) reader.send(message)
      },
    }
    const room = rooms.enter(place, self)
    const hear = (heard: Heard): void => {
      if (heard.kind === 'rows') room.applyOnce(heard, heard.pages.get(name.page)?.updates ?? [])
      // What ends his membership may come while the document is read for him, before there is anybody to hear it.
      if (reader === undefined) left ||= heard.kind === 'rows' && heard.left.has(user)
      else reader.hear(heard)
    }
    const peer: Peer = {
      send(bytes) {
        try {
          hear(listen(bytes, name.conversation))
        } catch (error) {
          // A bug of ours ends this reader; the turn that told it of its rows goes on.
          failed(error)
          broken = true
          reader?.end('internal')
        }
      },
      buffered: () => reader?.buffered() ?? 0,
      close(code) {
        refusal = code
        reader?.end(code)
      },
    }
    const standing = { epoch: store.epoch, cursor: store.position, only: name.conversation }
    const connection = relay.connect(identity, standing, peer)
    const leave = (): void => {
      rooms.leave(place, self)
      visitor.leave()
      connection.closed()
    }
    const load = async (): Promise<boolean> => {
      const updates = await readDocument(store, user, name)
      if (broken) throw new Error('the rows of this document cannot be followed')
      if (updates !== undefined) room.document.apply(updates)
      return updates !== undefined && !left
    }
    const open = (): void => {
      visit.accept((socket) => {
        setting.keep((forget) => {
          const drained = (): void => {
            connection.drained()
          }
          const whenClosed = (): void => {
            leave()
            forget()
          }
          reader = openReader({
            ...setting,
            socket,
            stream: visit.stream,
            room,
            self,
            visitor,
            page: name.page,
            expires,
            penalty: penalties.of(user, place),
            push: (updates) =>
              connection.receive({
                frame: 'push',
                conversation: name.conversation,
                page: name.page,
                updates,
              }),
            reload: load,
            mine: async () => isHis(store, user, name),
            failed,
            drained,
            whenClosed,
          })
          return reader
        })
      })
    }
    return { connection, refusal: () => refusal, load, open, leave, taken: () => reader !== undefined }
  }

  return {
    readers: () => rooms.readers,
    documents: () => rooms.documents,
    sweep: visitors.sweep,
    upgrade(request, stream, head, path, refuse, settled = () => undefined) {
      const name = readName(path)
      if (name === undefined) {
        settled()
        refuse(
          404,
          'There is no document of this name. Documents are c/<conversation> and c/<conversation>/<page>.',
        )
        return
      }
      const token = readToken(request.headers['sec-websocket-protocol'])
      if (token === undefined) {
        settled()
        refuse(401, 'Offer the subprotocols "parley.y1" and "token.<jwt>".')
        return
      }
      const gone = (): void => undefined // the socket says so itself once it is tried
      stream.on('error', gone)
      const accept: Visit['accept'] = (opened) => {
        stream.off('error', gone)
        sockets.handleUpgrade(request, stream, head, opened)
      }
      admit({ name, token, stream, accept, refuse })
        .catch((error: unknown) => {
          if (error instanceof TokenKeysError) {
            refuse(503, 'The keys that tokens are checked with cannot be had. Try again in a moment.')
            return
          }
          failed(error)
          refuse(500, 'The relay met a fault of its own; its log says more.')
        })
        .finally(settled)
    },
  }
}

interface Visit {
  readonly name: DocumentName
  readonly token: string
  readonly stream: Duplex
  /** Calls back unless the socket is gone already. */
  readonly accept: (
    opened: (socket: Parameters<Parameters<WebSocketServer['handleUpgrade']>[3]>[0]) => void,
  ) => void
  readonly refuse: Refuse
}

interface Seat {
  readonly connection: Connection
  /** Why the relay has ended this session before there was a socket to say so. */
  readonly refusal: () => FailureCode | undefined
  /** Loads the document; false when it is not his. */
  readonly load: () => Promise<boolean>
  readonly open: () => void
  readonly leave: () => void
  readonly taken: () => boolean
}

/** Presence is dropped, not queued, when a reader is this slow. */
const maxAwarenessBufferBytes = 64 * 1024

function readName(path: string): DocumentName | undefined {
  try {
    return parseDocumentName(decodeURIComponent(path))
  } catch {
    return undefined // not UTF-8 in percent signs
  }
}

function roomOf({ conversation, page }: DocumentName): string {
  return page === 0 ? headName(conversation) : pageName(conversation, page)
}

function readToken(header: string | undefined): string | undefined {
  const offered = (header ?? '').split(',').map((item) => item.trim())
  const tokens = offered.filter((item) => item.startsWith('token.'))
  return offered.includes(subprotocol) && tokens.length === 1 ? tokens[0]?.slice('token.'.length) : undefined
}

/** A stock tool has no device; what it does is the doing of the one its token names, if it names one. */
function identityOf(
  who: Extract<Authenticated, { readonly ok: true }>,
  random: YSetting['random'],
): Identity {
  const { user, expires, issuedAt, device: boundTo } = who
  return {
    user,
    device: socketDevice(random),
    writesAs: stockDevice(user),
    ...(expires === undefined ? {} : { expires }),
    ...(issuedAt === undefined ? {} : { issuedAt }),
    ...(boundTo === undefined ? {} : { boundTo }),
  }
}
