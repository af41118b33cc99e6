/**
 * What somebody with nothing but stock Yjs tools writes to read along: a document, `y-indexeddb` below it, `y-websocket`
 * beside it. It is bundled by the test and opened in Chromium; the test talks to it through `window.stock`.
 */
import { IndexeddbPersistence } from 'y-indexeddb'
import { WebsocketProvider } from 'y-websocket'
import { Doc, encodeStateAsUpdate } from 'yjs'

export interface StockPage {
  /** Opens a document by name; resolves when what this browser has stored of it is loaded. */
  readonly open: (name: string) => Promise<void>
  readonly connected: (name: string) => boolean
  /** The head's map, and the texts and operations of a page, as plain values. */
  readonly head: (name: string) => unknown
  readonly entries: (name: string) => readonly unknown[]
  /** Whether the document still holds this text anywhere in its bytes. */
  readonly holds: (name: string, text: string) => boolean
  /** Writes what only the relay may write. */
  readonly write: (name: string, entry: Readonly<Record<string, unknown>>) => void
}

declare global {
  interface Window {
    readonly stock: StockPage
  }
}

interface Opened {
  readonly doc: Doc
  readonly provider: WebsocketProvider
}

const parameters = new URLSearchParams(location.hash.slice(1))
const opened = new Map<string, Opened>()

function get(name: string): Opened {
  const found = opened.get(name)
  if (found === undefined) throw new Error(`${name} is not open`)
  return found
}

const stock: StockPage = {
  async open(name) {
    const doc = new Doc()
    const stored = new IndexeddbPersistence(name, doc)
    const provider = new WebsocketProvider(parameters.get('server') ?? '', name, doc, {
      protocols: ['parley.y1', `token.${parameters.get('token') ?? ''}`],
    })
    opened.set(name, { doc, provider })
    await stored.whenSynced
  },
  connected: (name) => get(name).provider.wsconnected && get(name).provider.synced,
  head: (name) => get(name).doc.getMap('head').toJSON(),
  entries: (name) => get(name).doc.getArray<unknown>('entries').toArray(),
  holds: (name, text) => new TextDecoder('latin1').decode(encodeStateAsUpdate(get(name).doc)).includes(text),
  write: (name, entry) => get(name).doc.getArray('entries').push([entry]),
}

Object.assign(window, { stock })
