import { createEngine } from '../../packages/client/src/engine.ts'
import { createMemoryStore } from '@parley/storage'
import { createRelay, createMemoryRelayStore, createMemoryDisk } from '@parley/relay'
import { parseUserId, makeConversationId, uniqueConversationId } from '@parley/document'
import { deviceLayout } from '../../packages/client/src/records.ts'
import { randomBytes } from 'node:crypto'
const rnd = (n: number) => new Uint8Array(randomBytes(n))
const log = { error: console.error, info: (...a: any[]) => console.log('i', ...a), debug() {} }
const disk = createMemoryDisk('epoch1')
const relay = createRelay({
  store: createMemoryRelayStore(disk),
  clock: { now: () => Date.now() },
  random: rnd,
  logger: log as any,
  authenticate: async (t) => ({ ok: true, user: parseUserId(t)! }),
  onFault: (e) => console.error('FAULT', e),
} as any)
function ports(user: string, store = createMemoryStore(deviceLayout)) {
  return {
    store,
    now: () => Date.now(),
    timer: (ms: number, cb: () => void) => {
      const t = setTimeout(cb, ms)
      return () => clearTimeout(t)
    },
    random: rnd,
    token: async () => user,
    log,
    connect: (h: any) => {
      let open = true
      const c = relay.accept({
        send: (b: Uint8Array) => {
          setImmediate(() => open && h.message(new Uint8Array(b)))
        },
        buffered: () => 0,
        close: (code: string) => {
          setImmediate(() => {
            if (open) {
              open = false
              h.closed(code)
            }
          })
        },
      })
      setImmediate(() => h.open())
      return {
        send: (b: Uint8Array) => setImmediate(() => open && c.receiveBytes(b)),
        close: () => {
          open = false
          setImmediate(() => c.closed())
        },
      }
    },
  } as any
}
const wait = (ms: number) => new Promise((r) => setTimeout(r, ms))
const tomPorts = ports('Tom')
const tom = createEngine({ user: parseUserId('Tom')!, ports: tomPorts })
const jerry = createEngine({ user: parseUserId('Jerry')!, ports: ports('Jerry') })
for (const [n, e] of [
  ['tom', tom],
  ['jerry', jerry],
] as const)
  e.on((x) => {
    if (
      x.type !== 'conversation' &&
      x.type !== 'message' &&
      x.type !== 'message-status' &&
      x.type !== 'unread'
    )
      console.log(n, JSON.stringify(x).slice(0, 200))
  })
await tom.start()
await jerry.start()
await wait(50)
const id = uniqueConversationId('group', [tom.user, jerry.user])
const c = await tom.command(id, {
  op: 'create',
  kind: 'group',
  unique: true,
  members: [jerry.user],
  name: 'Lunch',
  attributes: {},
})
const m1 = await tom.send(id, { type: -1, text: 'hello' })
console.log('confirmed', await c.confirmed, await m1.confirmed)
await wait(50)
const m2 = await jerry.send(id, { type: -1, text: 'hi Tom' })
console.log(await m2.confirmed)
jerry.pause()
const many = await Promise.all(
  Array.from({ length: 300 }, (_, i) => tom.send(id, { type: -1, text: 'm' + i })),
)
await jerry.send(id, { type: -1, text: 'offline' })
await Promise.all(many.map((m) => m.confirmed))
const r = await tom.recall(id, m1.id)
console.log('recall', await r.confirmed)
console.log(
  'jerry offline',
  (await jerry.timeline(id, 50)).messages.map((m) => m.text + ':' + m.state),
)
jerry.resume()
await wait(300)
{
  const i = await jerry.inspect(id)
  console.log(
    i.seq,
    i.pages.map((p) => [p.page, p.held, p.known, p.digest, p.updates.length]),
  )
}
const a = await tom.timeline(id, 1000),
  b = await jerry.timeline(id, 1000)
console.log(
  a.messages.length,
  b.messages.length,
  a.missing,
  b.missing,
  JSON.stringify(a.messages.map((m) => [m.id, m.seq, m.recalled, m.text])) ===
    JSON.stringify(b.messages.map((m) => [m.id, m.seq, m.recalled, m.text])),
)
{
  const i = await jerry.inspect(id)
  console.log(
    i.seq,
    i.pages.map((p) => [p.page, p.held, p.known, p.digest, p.updates.length]),
  )
}
console.log(
  tom.unsent(),
  jerry.unsent(),
  tom.conversations().map((c) => [c.unread, c.syncState, c.lastMessage?.text]),
  jerry.conversations().map((c) => [c.unread, c.syncState]),
)
await tom.close()
const tom2 = createEngine({ user: tom.user, ports: tomPorts })
await tom2.start()
console.log(
  (await tom2.timeline(id, 5)).messages.map((m) => m.text),
  (await tom2.head(id))?.members,
)
await wait(100)
await jerry
  .command(id, { op: 'remove', members: [tom.user] })
  .catch((e) => console.log('expected', e.message))
const rm = await tom2.command(id, { op: 'remove', members: [jerry.user] })
console.log(await rm.confirmed)
await wait(50)
await jerry.send(id, { type: -1, text: 'x' }).catch((e) => console.log('expected', e.message))
process.exit(0)
