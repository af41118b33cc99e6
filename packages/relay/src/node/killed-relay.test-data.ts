/**
 * A relay that is killed: it writes one message after the other into the directory named on the command line, and prints
 * the sequence of each when it is answered.
 */
import { writeSync } from 'node:fs'
import { decodeRelayFrame } from '@parley/wire'
import { createRelay } from '../create-relay.ts'
import { createPen } from '../testing/pen.ts'
import { creation } from '../testing/test-lunch.ts'
import { testConversationId, testDeviceId, testUser } from '../testing/test-device.ts'
import { openSqliteRelayStore } from './sqlite-store.ts'

const [directory = ''] = process.argv.slice(2)
const store = await openSqliteRelayStore({ directory })
const relay = createRelay({
  store,
  clock: { now: () => Date.now() },
  random: (count) => new Uint8Array(count),
  logger: { error: () => undefined, info: () => undefined, debug: () => undefined },
  authenticate: async () => ({ ok: false, code: 'bad-token', detail: '' }),
})
const user = testUser('Tom')
const conversation = testConversationId(process.pid)
const pen = createPen({ user, client: 1_000_000 + process.pid })
let page = 1

const connection = relay.connect(
  { user, device: testDeviceId(1) },
  { epoch: '', cursor: 0 },
  {
    send(bytes) {
      const decoded = decodeRelayFrame(bytes)
      if (!decoded.ok) return
      if (decoded.frame.frame === 'command-answer') push()
      if (decoded.frame.frame !== 'answer') return
      for (const { verdict } of decoded.frame.answers) {
        if (verdict.class === 'accepted') writeSync(1, `${conversation} ${verdict.seq}\n`)
        if (verdict.class === 'rewrite') turnPage(verdict.page)
      }
      push()
    },
    buffered: () => 0,
    close: () => undefined,
  },
)

function turnPage(next: number): void {
  if (next === page) return
  page = next
  pen.clock = 0
  pen.origin = null
}

function push(): void {
  const updates = [pen.text('one').update, pen.text('two').update, pen.text('three').update]
  connection.receive({ frame: 'push', conversation, page, updates })
}

connection.receive({
  frame: 'command',
  conversation,
  id: `${process.pid}`.padStart(22, '-'),
  command: creation('Mary'),
})
