/**
 * What the tests need inside the page: bundled, and reachable as `kit`.
 */
import { compareKeys } from '../key.ts'
import type { OpenStore, StoreLayout } from '../port.ts'
import { failureOf } from '../testing/check.ts'
import { deviceStoreCases } from '../testing/device-store-cases.ts'
import { runScript } from '../testing/script.ts'
import { createIndexedDbStore } from './database-store.ts'

/** A name no other database of this site has. */
function freshName(): string {
  return `test-${crypto.randomUUID()}`
}

async function runCase(title: string): Promise<void> {
  const found = deviceStoreCases.find((one) => one.title === title)
  if (found === undefined) throw new Error(`There is no case "${title}".`)
  const name = freshName()
  await found.run({ store: (layout: StoreLayout) => createIndexedDbStore({ name, layout }) })
}

/** The kinds of the losses the owner hears of, as they come. */
function losses(store: OpenStore): readonly string[] {
  const heard: string[] = []
  store.onLost(({ kind }) => heard.push(kind))
  return heard
}

/** The keys of a table, as text. */
async function keys(store: OpenStore, table = 'rows'): Promise<string> {
  const [rows] = await store.read([{ kind: 'range', table, prefix: [] }])
  return (rows ?? []).map(({ key }) => key.join('/')).join(' ')
}

/** A database of somebody else, or a change in ours that we would not make. */
async function raw(name: string, version: number, upgrade: (db: IDBDatabase) => void): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version)
  request.addEventListener('upgradeneeded', () => upgrade(request.result))
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('No reason was given.')))
  })
}

/** Hands the outcome of a call to `note`, without anybody waiting for it here. */
function report(call: Promise<unknown>, note: (answer: string) => void): void {
  failureOf(call).then(note, (error: unknown) => note(String(error)))
}

/** Looks at every request to open or delete a database, from now on. */
function onRequest(look: (request: IDBOpenDBRequest) => void): void {
  const open = indexedDB.open.bind(indexedDB)
  const remove = indexedDB.deleteDatabase.bind(indexedDB)
  function seen(request: IDBOpenDBRequest): IDBOpenDBRequest {
    look(request)
    return request
  }
  indexedDB.open = (name, version) => seen(open(name, version))
  indexedDB.deleteDatabase = (name) => seen(remove(name))
}

/** Looks at every connection, before anybody else has it. */
function onConnection(look: (db: IDBDatabase) => void): void {
  onRequest((request) => {
    request.addEventListener('success', () => {
      if (request.result instanceof IDBDatabase) look(request.result)
    })
  })
}

const requestMethods: readonly (readonly [prototype: object, names: readonly string[]])[] = [
  [IDBDatabase.prototype, ['transaction']],
  [IDBTransaction.prototype, ['commit']],
  [IDBIndex.prototype, ['get']],
  [IDBCursor.prototype, ['advance', 'continue']],
  [
    IDBObjectStore.prototype,
    ['get', 'getAll', 'getAllKeys', 'getAllRecords', 'openCursor', 'openKeyCursor', 'put', 'delete'],
  ],
]

/** Looks at every transaction that begins, every request in it, and every end it is told, from now on. */
function onRequests(look: (what: string) => void): void {
  for (const [prototype, names] of requestMethods) {
    for (const name of names) {
      const method: unknown = Reflect.get(prototype, name)
      if (typeof method !== 'function') continue
      Reflect.defineProperty(prototype, name, {
        value: new Proxy(method, {
          apply(target, self, args) {
            look(name)
            const answer: unknown = Reflect.apply(target, self, args)
            return answer
          },
        }),
      })
    }
  }
}

const parts = {
  compareKeys,
  createIndexedDbStore,
  failure: failureOf,
  freshName,
  keys,
  losses,
  onConnection,
  onRequest,
  onRequests,
  raw,
  report,
  runCase,
  runScript,
}

declare global {
  var kit: typeof parts
}
globalThis.kit = parts
