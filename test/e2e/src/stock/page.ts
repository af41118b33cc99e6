/**
 * What somebody with nothing but stock Yjs tools writes to take part: a document, `y-indexeddb` below it, `y-websocket`
 * beside it. It is bundled by the test and opened in Chromium; the test talks to it through `window.stock`.
 */
import { IndexeddbPersistence } from 'y-indexeddb'
import { WebsocketProvider } from 'y-websocket'
import { Doc, Map as YMap, Transaction, encodeStateAsUpdate } from 'yjs'

export interface StockPage {
  /** Opens a document by name; resolves when what this browser has stored of it is loaded. */
  readonly open: (name: string) => Promise<void>
  readonly connected: (name: string) => boolean
  /** The head's map, and the texts and operations of a page, as plain values. */
  readonly head: (name: string) => unknown
  readonly entries: (name: string) => readonly unknown[]
  /** Whether the document still holds this text anywhere in its bytes. */
  readonly holds: (name: string, text: string) => boolean
  /** Appends an entry, whatever it is. */
  readonly write: (name: string, entry: Readonly<Record<string, unknown>>) => void
  /** Appends messages of the page's user in one change. */
  readonly say: (name: string, texts: readonly string[]) => void
  /** Takes an element out of the list, which no entry does. */
  readonly remove: (name: string, index: number) => void
  /** Does what Yjs lets anybody do, and what is no appended entry. */
  readonly offend: (name: string, how: Offence) => void
  /** The whole document, as hexadecimal digits. */
  readonly bytes: (name: string) => string
  /** With which codes and reasons its sockets were closed. */
  readonly closes: (name: string) => readonly (readonly [number, string])[]
  /** Sends the whole document as one change, as a page does whose storage is read after its socket is open. */
  readonly echo: (name: string) => void
}

export type Offence = 'insert' | 'root' | 'nested' | 'bytes' | 'forge'

declare global {
  interface Window {
    readonly stock: StockPage
  }
}

interface Opened {
  readonly doc: Doc
  readonly provider: WebsocketProvider
  readonly closes: (readonly [number, string])[]
}

const parameters = new URLSearchParams(location.hash.slice(1))
const opened = new Map<string, Opened>()

function get(name: string): Opened {
  const found = opened.get(name)
  if (found === undefined) throw new Error(`${name} is not open`)
  return found
}

const offences: Readonly<Record<Offence, (doc: Doc) => void>> = {
  insert: (doc) => doc.getArray('entries').insert(0, [messageOf('before the others')]),
  root: (doc) => void doc.getMap('another').set('a', 1),
  nested: (doc) => doc.getArray('entries').push([new YMap([['text', 'of another type']])]),
  bytes: (doc) => doc.getArray('entries').push([new Uint8Array([1, 2, 3])]),
  forge: (doc) => doc.getArray('entries').push([{ ...messageOf('in another name'), from: 'Tom' }]),
}

const stock: StockPage = {
  async open(name) {
    const doc = new Doc()
    const stored = new IndexeddbPersistence(name, doc)
    const provider = new WebsocketProvider(parameters.get('server') ?? '', name, doc, {
      protocols: ['parley.y1', `token.${parameters.get('token') ?? ''}`],
    })
    const closes: (readonly [number, string])[] = []
    provider.on('connection-close', (event) => {
      if (event !== null) closes.push([event.code, event.reason])
    })
    opened.set(name, { doc, provider, closes })
    await stored.whenSynced
  },
  connected: (name) => get(name).provider.wsconnected && get(name).provider.synced,
  head: (name) => get(name).doc.getMap('head').toJSON(),
  entries: (name) => get(name).doc.getArray<unknown>('entries').toArray(),
  holds: (name, text) => new TextDecoder('latin1').decode(encodeStateAsUpdate(get(name).doc)).includes(text),
  write: (name, entry) => get(name).doc.getArray('entries').push([entry]),
  say: (name, texts) => get(name).doc.getArray('entries').push(texts.map(messageOf)),
  remove: (name, index) => get(name).doc.getArray('entries').delete(index),
  offend: (name, how) => offences[how](get(name).doc),
  bytes: (name) =>
    Array.from(encodeStateAsUpdate(get(name).doc), (byte) => byte.toString(16).padStart(2, '0')).join(''),
  closes: (name) => get(name).closes,
  echo(name) {
    const { doc } = get(name)
    const update = encodeStateAsUpdate(doc)
    // Listeners are told of it as of a change made here: the provider is one of them.
    doc.emit('update', [update, 'storage', doc, new Transaction(doc, 'storage', true)])
  },
}

function messageOf(text: string): Readonly<Record<string, unknown>> {
  const chance = String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16)))
  const id = btoa(chance).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return { id, from: parameters.get('user') ?? '', sentAt: Date.now(), type: -1, text }
}

Object.assign(window, { stock })
