/**
 * Frames in any order, of a stranger beside two honest devices, against a relay in memory: afterwards the two have heard,
 * and the relay holds, byte for byte what they would have without the stranger.
 *
 * An input is a list of steps: a byte that says which of the stranger's sessions (0: one that has not said hello, 1 and 2:
 * in session), and a frame after its length.
 */
import type { Connection } from '@parley/relay'
import {
  createPen,
  createTestDevice,
  createTestRelay,
  settle,
  testConversationId,
  type TestDevice,
  testDeviceId,
  type TestRelay,
  type TestRelayOptions,
  testUser,
} from '@parley/relay/testing'
import { parseEntryId, type EntryId } from '@parley/document'
import { deviceFrame } from './make-frames.ts'
import { entryIds } from './make-values.ts'
import { byte, list, type Part, row, sized } from './parts.ts'
import type { Random } from './random.ts'
import { hold, show, type Target } from './target.ts'

const conversation: string = testConversationId(1)
/** More in one sequence is not read: each costs as much as a sequence of one. */
const maxSteps = 24

interface Step {
  readonly session: number
  readonly frame: Uint8Array
}

function readSteps(bytes: Uint8Array): readonly Step[] {
  const steps: Step[] = []
  for (let at = 1; at + 2 < bytes.length && steps.length < maxSteps;) {
    const session = (bytes[at] ?? 0) % 3
    const low = bytes[at + 1] ?? 0
    const high = low < 128 ? 0 : (bytes[at + 2] ?? 0)
    const start = at + (low < 128 ? 2 : 3)
    const end = start + (low & 127) + (high & 127) * 128
    steps.push({ session, frame: bytes.slice(start, end) })
    at = end
  }
  return steps
}

function strangeSteps(random: Random): Part {
  const count = 1 + random.below(8)
  return list(Array.from({ length: count }, () => row(byte(random.below(3)), sized(deviceFrame(random)))))
}

interface Stage {
  readonly test: TestRelay
  readonly ada: TestDevice
  readonly bob: TestDevice
}

async function createStage(options: TestRelayOptions): Promise<Stage> {
  const test = createTestRelay({
    ...options,
    authenticate: async (token) =>
      token === 'Eve'
        ? { ok: true, user: testUser('Eve') }
        : { ok: false, code: 'bad-token', detail: 'The token is nobody’s.' },
  })
  const ada = createTestDevice(test.relay, { user: 'Ada' })
  const bob = createTestDevice(test.relay, { user: 'Bob' })
  for (const device of [ada, bob])
    device.command('', { op: 'block', users: ['Eve'] }, `block-${device.user}`.padEnd(22, '-'))
  const creation = {
    op: 'create',
    kind: 'group',
    unique: false,
    members: ['Bob'],
    name: 'Lunch',
    attributes: {},
  }
  ada.command(conversation, { ...creation, policy: { join: 'invited' } }, 'creation--------------')
  await settle()
  return { test, ada, bob }
}

function idAt(index: number): EntryId {
  const id = parseEntryId(entryIds[index])
  if (id === undefined) throw new Error('there is no such id')
  return id
}

/** What the two do, whatever happens between. */
function honestSteps({ ada, bob }: Stage): readonly (() => void)[] {
  const hers = createPen({ user: ada.user, client: 1 })
  const one = hers.text('hello', idAt(1))
  const his = createPen({ user: bob.user, client: 2, origin: { client: one.client, clock: one.clock } })
  const two = his.text('hello yourself', idAt(2))
  const sentAt = 1_700_000_000_000
  const sign = his.entry({
    id: idAt(0),
    from: bob.user,
    sentAt,
    op: 'react',
    target: one.id,
    sign: 'ok',
    on: true,
  })
  return [
    () => ada.push(conversation, 1, [one.update]),
    () => bob.push(conversation, 1, [two.update]),
    () => ada.command(conversation, { op: 'update', name: 'Dinner' }, 'renaming--------------'),
    () => bob.push(conversation, 1, [sign.update]),
    () => bob.send({ frame: 'fetch', request: 1, conversation, page: 1, after: 0 }),
  ]
}

async function play(stage: Stage, strange: readonly Step[]): Promise<string> {
  const { test, ada, bob } = stage
  const stranger = createStranger(test)
  const honest = honestSteps(stage)
  const between = Math.ceil(strange.length / honest.length)
  for (const [index, act] of honest.entries()) {
    for (const step of strange.slice(index * between, (index + 1) * between)) {
      stranger.take(step)
      await settle()
    }
    act()
    await settle()
  }
  stranger.leave()
  await settle()
  hold(
    test.faults.length === 0 && test.errors.length === 0,
    `the relay has a fault: ${show([test.faults.map(String), test.errors])}`,
  )
  hold(test.relay.health.state === 'running', `the relay is ${test.relay.health.state}`)
  hold(test.relay.health.sessions === 2, 'a session of the stranger is left behind')
  return show([heard(ada), heard(bob), held(test)])
}

/** What somebody has heard, without how much else the relay did meanwhile. */
function heard({ frames, closedBy }: TestDevice): unknown {
  const told = frames.filter(({ frame }) => frame !== 'cursor')
  return [closedBy, told.map((frame) => ({ ...frame, cursor: 0 }))]
}

function held({ disk }: TestRelay): unknown {
  const found = disk.conversations.get(testConversationId(1))
  hold(found !== undefined, 'the conversation is gone')
  const rows = found.rows.map((one) => ({ ...one, position: 0 }))
  return [rows, [...found.members.keys()].toSorted()]
}

interface Stranger {
  readonly take: (step: Step) => void
  readonly leave: () => void
}

/** Comes back as often as it is thrown out. */
function createStranger({ relay }: TestRelay): Stranger {
  const open: (Connection | undefined)[] = []
  const peer = { send: () => undefined, buffered: () => 0, close: () => undefined }
  const connect = (session: number): Connection =>
    session === 0
      ? relay.accept(peer)
      : relay.connect(
          { user: testUser('Eve'), device: testDeviceId(session) },
          { epoch: '', cursor: 0 },
          peer,
        )
  return {
    take({ session, frame }) {
      const before = open[session]
      const connection = before === undefined || before.state === 'closed' ? connect(session) : before
      open[session] = connection
      connection.receiveBytes(frame)
    },
    leave() {
      for (const connection of open) connection?.closed()
    },
  }
}

/** `options`: of a relay that is not in order. */
export function sessionTarget(options: TestRelayOptions = {}): Target {
  let undisturbed: Promise<string> | undefined
  return {
    name: 'session',
    async run(bytes) {
      undisturbed ??= createStage(options).then((stage) => play(stage, []))
      const without = await undisturbed
      const disturbed = await play(await createStage(options), readSteps(bytes))
      hold(
        disturbed === without,
        `the two have heard, or the relay holds, something else: ${difference(without, disturbed)}`,
      )
    },
    make: strangeSteps,
    edges: [],
    round: 40,
  }
}

function difference(a: string, b: string): string {
  let at = 0
  while (a[at] === b[at] && at < a.length) at += 1
  return `${a.slice(at - 60, at + 60)} … ${b.slice(at - 60, at + 60)}`
}

export const sessionTargets: readonly Target[] = [sessionTarget()]
