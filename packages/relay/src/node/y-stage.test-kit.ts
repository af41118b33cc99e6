/** For tests of the second endpoint: a relay with a conversation on it, stock providers, and a reader without one. */
import type { Any } from '@parley/wire'
import { expect, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { type Pen, createPen } from '../testing/pen.ts'
import { testConversationId, testUser } from '../testing/test-device.ts'
import type { RelayServerOptions } from './server.ts'
import {
  type TestServer,
  type TestSocket,
  openDevice,
  startTestServer,
  testToken,
} from './server.test-kit.ts'

let made = 0

export interface Scene {
  readonly server: TestServer
  readonly conversation: string
  /** In session, and owner of the conversation with Mary. */
  readonly tom: TestSocket
  readonly pen: Pen
  readonly push: (updates: readonly Uint8Array[], page?: number) => Promise<void>
  readonly command: (by: TestSocket, command: Any) => Promise<void>
  /** A stock provider of somebody's. */
  readonly provide: (user: string, name: string, options?: object) => Promise<Stock>
}

export interface Stock {
  readonly doc: Y.Doc
  readonly provider: WebsocketProvider
  /** Resolves when the document says so. */
  readonly when: (says: (doc: Y.Doc) => boolean) => Promise<void>
}

/** A relay, and a conversation of Tom and Mary on it. */
export async function stage(options: Partial<RelayServerOptions> = {}): Promise<Scene> {
  const server = await startTestServer({ timings: { sweepMs: 5 }, ...options })
  onTestFinished(server.dispose)
  made += 1
  const conversation = testConversationId(made)
  const now = options.now?.() ?? Date.now()
  const tom = await openDevice(server.ws, 'Tom', await testToken('Tom', 3600, now))
  let commands = 0
  const command: Scene['command'] = async (by, value) => {
    commands += 1
    by.send({ frame: 'command', conversation, id: `${'0'.repeat(20)}${10 + commands}`, command: value })
    expect((await by.next('command-answer')).verdict).toMatchObject({ class: 'accepted' })
  }
  const push: Scene['push'] = async (updates, page = 1) => {
    tom.send({ frame: 'push', conversation, page, updates })
    for (let answered = 0; answered < updates.length;) {
      const { answers } = await tom.next('answer')
      for (const { verdict } of answers) expect(verdict).toMatchObject({ class: 'accepted' })
      answered += answers.length
    }
  }
  await command(tom, {
    op: 'create',
    kind: 'group',
    unique: false,
    members: ['Mary'],
    name: 'Lunch',
    attributes: {},
  })
  const provide: Scene['provide'] = async (user, name, more = {}) => {
    const doc = new Y.Doc()
    const provider = new WebsocketProvider(`${server.ws}/y`, name, doc, {
      protocols: ['parley.y1', `token.${await testToken(user, 3600, now)}`],
      // The types want a browser's; this one does as well.
      WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
      disableBc: true,
      ...more,
    })
    onTestFinished(() => {
      provider.destroy()
      doc.destroy()
    })
    const when: Stock['when'] = async (says) => {
      if (says(doc)) return
      await new Promise<void>((resolve) => {
        doc.on('update', () => {
          if (says(doc)) resolve()
        })
      })
    }
    return { doc, provider, when }
  }
  return {
    server,
    conversation,
    tom,
    pen: createPen({ user: testUser('Tom'), client: 7 }),
    push,
    command,
    provide,
  }
}

export async function synced({ provider }: Stock): Promise<void> {
  if (provider.synced) return
  await new Promise<void>((resolve) => {
    provider.once('sync', () => {
      resolve()
    })
  })
}

export function texts(doc: Y.Doc): readonly unknown[] {
  return doc
    .getArray<{ readonly text?: string; readonly op?: string }>('entries')
    .toArray()
    .map(({ text, op }) => text ?? op)
}

/** A reader that writes its messages by hand. */
export async function openReader(
  { server, conversation }: Scene,
  user = 'Mary',
  now = Date.now(),
  page = 0,
): Promise<{
  readonly socket: WebSocket
  readonly closed: Promise<number>
}> {
  const socket = new WebSocket(`${server.ws}/y/c/${conversation}${page === 0 ? '' : `/${page}`}`, [
    'parley.y1',
    `token.${await testToken(user, 10, now)}`,
  ])
  const closed = new Promise<number>((resolve) => {
    socket.on('close', resolve)
  })
  await new Promise((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  return { socket, closed }
}
