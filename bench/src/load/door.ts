/** Ten thousand who connect and never say who they are: what they cost, and whether others still get in. */
import { userOf } from '../people.ts'
import { peakResidentBytes, residentBytes } from '../process-usage.ts'
import { percentile } from '../statistics.ts'
import { pause, sum } from '../waiting.ts'
import type { DoorKind } from './door-crew.ts'
import { openRaw } from './raw-device.ts'
import { atMost, isTrue, type LoadRun, type LoadScenario, type Stage } from './scenario.ts'

export const preAuth: LoadScenario = {
  name: 'pre-auth',
  about:
    'Sockets that connect and say nothing, a byte a second, or garbage: before the upgrade to a WebSocket, and behind it; from four addresses, since of one address only so many may wait. Meanwhile honest devices sign in, catch up and leave.',
  full: {
    connections: 10_000,
    hellos: 20,
    http: 1,
    deadline: 15,
    httpDeadline: 20,
    kib: 48,
    crews: 2,
    addresses: 4,
  },
  quick: {
    connections: 24,
    hellos: 5,
    http: 0,
    deadline: 15,
    httpDeadline: 20,
    kib: 48,
    crews: 1,
    addresses: 2,
  },
  limits: () => [],
  sockets: (number) => number('connections'),
  run,
}

const behindUpgrade: readonly DoorKind[] = ['socket-silent', 'socket-trickle', 'socket-garbage']
const beforeUpgrade: readonly DoorKind[] = ['tcp-silent', 'tcp-trickle', 'tcp-garbage']

async function run(stage: Stage): Promise<LoadRun> {
  const { number, tell } = stage
  const relay = await stage.startRelay()
  const crews = await Promise.all(Array.from({ length: number('crews') }, async () => stage.startCrew()))
  const calm = await signIns(relay.port, 'early', number('hellos'), 2000)
  const before = residentBytes(relay.pid)
  const kinds = number('http') === 0 ? behindUpgrade : [...behindUpgrade, ...beforeUpgrade]
  const each = Math.ceil(number('connections') / crews.length / kinds.length)
  const begin = performance.now()
  let over = false
  const honest = signIns(relay.port, 'honest', number('hellos'), undefined, () => over)
  const opened = sum(
    await Promise.all(
      crews.map(async (crew) =>
        crew.ask('doorOpen', { port: relay.port, kinds, each, addresses: number('addresses') }),
      ),
    ),
  )
  const openSeconds = (performance.now() - begin) / 1000
  tell(`${opened} sockets are open after ${openSeconds.toFixed(1)} s`)

  const deadline = Math.max(number('deadline'), number('http') * number('httpDeadline'))
  const look = async () => (await Promise.all(crews.map(async (crew) => crew.ask('doorLook')))).flat()
  let states = await look()
  while (
    states.some(({ open }) => open > 0) &&
    performance.now() - begin < (deadline + 5 + openSeconds) * 1000
  ) {
    await pause(500)
    states = await look()
  }
  over = true
  const met = await honest
  const peak = peakResidentBytes(relay.pid)
  await Promise.all(crews.map(async (crew) => crew.ask('doorClose')))
  const growth = (peak - before) / 1024 / opened
  const of = `${opened.toLocaleString('en')} sockets`
  const open = sum(states.map((state) => state.open))
  return {
    figures: [
      { of, name: 'opened', unit: 'per s', value: opened / openSeconds },
      { of, name: 'relay before', unit: 'MiB', value: before / 2 ** 20 },
      { of, name: 'relay, at most', unit: 'MiB', value: peak / 2 ** 20 },
      { of, name: 'a socket', unit: 'KiB', value: growth },
      { of, name: 'sign-in without them, p50', unit: 'ms', value: percentile(calm.times, 0.5) },
      { of, name: 'sign-in without them, p99', unit: 'ms', value: percentile(calm.times, 0.99) },
      { of, name: 'sign-in, p50', unit: 'ms', value: percentile(met.times, 0.5) },
      { of, name: 'sign-in, p99', unit: 'ms', value: percentile(met.times, 0.99) },
      { of, name: 'signed in', unit: 'devices', value: met.times.length },
      ...kinds.map((kind) => ({
        of,
        name: `${kind}, closed after at most`,
        unit: 's',
        value: Math.max(...states.map((one) => (one.kind === kind ? one.longestMs : 0))) / 1000,
      })),
    ],
    checks: [
      isTrue('everybody honest was let in', met.times.length > 0 && met.refused === 0, met.refused),
      isTrue('all of them were closed', open === 0, `${open} open`),
      ...kinds.map((kind) =>
        atMost(
          `${kind} closed after`,
          Math.max(...states.map((one) => (one.kind === kind ? one.longestMs : 0))) / 1000,
          number(kind.startsWith('tcp') ? 'httpDeadline' : 'deadline'),
          's',
        ),
      ),
      atMost('memory of a socket', growth, number('kib'), 'KiB'),
    ],
  }
}

/** So many devices a second sign in and leave; each is a new one. */
async function signIns(
  port: number,
  name: string,
  perSecond: number,
  forMs: number | undefined,
  isOver: () => boolean = () => false,
): Promise<{ readonly times: readonly number[]; readonly refused: number }> {
  const times: number[] = []
  let refused = 0
  const under: Promise<void>[] = []
  const begin = performance.now()
  for (let count = 0; !isOver() && !(performance.now() - begin > (forMs ?? Number.POSITIVE_INFINITY));) {
    for (const due = ((performance.now() - begin) * perSecond) / 1000; count < due; count += 1) {
      const since = performance.now()
      under.push(
        openRaw({ port, user: userOf(`${name}-${count}`) }).then(
          async (device) => {
            times.push(performance.now() - since)
            await device.close()
          },
          () => {
            refused += 1
          },
        ),
      )
    }
    await pause(10)
  }
  await Promise.all(under)
  return { times, refused }
}
