/** Ten thousand people who say nothing: what they cost, and whether they still hear each other. */
import { cpuSeconds, residentBytes } from '../process-usage.ts'
import { pause, sum } from '../waiting.ts'
import { atMost, isTrue, type LoadRun, type LoadScenario, type Stage } from './scenario.ts'

export const idle: LoadScenario = {
  name: 'idle',
  about:
    'Sockets of as many users, signed in and caught up, each user in two conversations of ten. Every device pings as the client does; then somebody says something.',
  full: { connections: 10_000, members: 10, seconds: 120, heartbeat: 20, crews: 2, kib: 64, settle: 5 },
  quick: { connections: 40, members: 4, seconds: 1.5, heartbeat: 0.5, crews: 2, kib: 64, settle: 0.1 },
  limits: () => [],
  sockets: (number) => number('connections'),
  run,
}

async function run(stage: Stage): Promise<LoadRun> {
  const { number, tell } = stage
  const relay = await stage.startRelay()
  const users = Array.from({ length: number('connections') }, (_, place) => `idler-${place}`)
  const shares = shared(users, number('crews'))
  const crews = await Promise.all(shares.map(async (share) => ({ crew: await stage.startCrew(), share })))
  await pause(number('settle') * 1000)
  const before = residentBytes(relay.pid)

  const begin = performance.now()
  await Promise.all(
    crews.map(async ({ crew, share }) => crew.ask('idleOpen', { port: relay.port, users: share })),
  )
  const openSeconds = (performance.now() - begin) / 1000
  const alone = residentBytes(relay.pid)
  tell(`${users.length} are connected after ${openSeconds.toFixed(1)} s`)
  const made = await Promise.all(
    crews.map(async ({ crew, share }) =>
      crew.ask('idleCreate', { members: groupsOf(share, number('members')) }),
    ),
  )
  await pause(number('settle') * 1000)
  const settled = residentBytes(relay.pid)
  tell(`${sum(made.map(({ length }) => length))} conversations are made`)

  const cpuBefore = cpuSeconds(relay.pid)
  const beatSince = performance.now()
  const beats = await Promise.all(
    crews.map(async ({ crew }) =>
      crew.ask('idleBeat', { seconds: number('seconds'), everyMs: number('heartbeat') * 1000 }),
    ),
  )
  const cpuShare = (cpuSeconds(relay.pid) - cpuBefore) / ((performance.now() - beatSince) / 1000)
  const after = residentBytes(relay.pid)
  const sessions = await relay.counter('sessions')

  const rows = async (): Promise<number> =>
    sum(await Promise.all(crews.map(async ({ crew }) => crew.ask('idleRows'))))
  const rowsBefore = await rows()
  const [conversation] = made[0] ?? []
  const [user] = shares[0] ?? []
  const speaker = crews[0]?.crew
  if (conversation === undefined || user === undefined || speaker === undefined) throw new Error('nobody')
  const ackMs = await speaker.ask('idleSay', { user, conversation })
  await pause(1000)
  const heard = (await rows()) - rowsBefore

  const perConnection = (Math.max(alone, settled, after) - before) / 1024 / users.length
  const pings = sum(beats.map((beat) => beat.pings))
  const pongs = sum(beats.map((beat) => beat.pongs))
  const gone = beats.flatMap((beat) => beat.gone)
  const of = `${users.length.toLocaleString('en')} connections`
  return {
    figures: [
      { of, name: 'let in', unit: 'per s', value: users.length / openSeconds },
      { of, name: 'relay before', unit: 'MiB', value: before / 2 ** 20 },
      { of, name: 'relay, connected', unit: 'MiB', value: alone / 2 ** 20 },
      { of, name: 'relay, in conversations', unit: 'MiB', value: settled / 2 ** 20 },
      { of, name: 'relay after the heartbeats', unit: 'MiB', value: after / 2 ** 20 },
      { of, name: 'a connection, at most', unit: 'KiB', value: perConnection },
      { of, name: 'relay, idle', unit: '% of a core', value: 100 * cpuShare },
      { of, name: 'pong, p50', unit: 'ms', value: Math.max(...beats.map(({ p50 }) => p50)) },
      { of, name: 'pong, p99', unit: 'ms', value: Math.max(...beats.map(({ p99 }) => p99)) },
      { of, name: 'a message, acknowledged', unit: 'ms', value: ackMs },
    ],
    checks: [
      isTrue(
        'nobody was dropped',
        gone.length === 0 && sessions === users.length,
        `${sessions} in session, gone: ${[...new Set(gone)].join(', ') || 'none'}`,
      ),
      isTrue('every ping was answered', pings > 0 && pongs === pings, `${pongs} of ${pings}`),
      isTrue('a message reached its members and nobody else', heard === number('members'), heard),
      atMost('memory of a connection', perConnection, number('kib'), 'KiB'),
    ],
  }
}

/** One after the other, in so many parts. */
export function shared<One>(all: readonly One[], parts: number): readonly (readonly One[])[] {
  const size = Math.ceil(all.length / parts)
  return Array.from({ length: parts }, (_, part) => all.slice(part * size, (part + 1) * size))
}

/** Everybody is in two: with his neighbours, and with those who have his place among theirs half a group on. */
function groupsOf(users: readonly string[], members: number): readonly (readonly string[])[] {
  const starts = Array.from({ length: Math.floor(users.length / members) }, (_, place) => place * members)
  const half = Math.floor(members / 2)
  return [0, half].flatMap((shift) =>
    starts.map((start) =>
      Array.from({ length: members }, (_, place) => users[(start + shift + place) % users.length] ?? ''),
    ),
  )
}
