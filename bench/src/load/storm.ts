/** A relay is killed under thousands of devices, and comes back: so do they, by the client's own rules. */
import type { ConversationId } from '@parley/document'
import { open } from '../group.ts'
import { someConversation, someEntryId, userOf } from '../people.ts'
import { cpuSeconds, peakResidentBytes, residentBytes } from '../process-usage.ts'
import type { RelayProcess } from '../relay-process.ts'
import { percentile } from '../statistics.ts'
import { pause, sum } from '../waiting.ts'
import { shared } from './idle.ts'
import { atMost, isTrue, type LoadRun, type LoadScenario, type Stage } from './scenario.ts'
import type { Returned } from './storm-crew.ts'

export const storm: LoadScenario = {
  name: 'storm',
  about:
    'Devices of the client’s own engine, ten to a conversation. The relay is killed (SIGKILL), is away for a while, and starts again on the same data and port; some users write all the time. A try counts when it met a relay.',
  full: {
    devices: 5000,
    members: 10,
    writers: 50,
    every: 500,
    down: 5,
    crews: 2,
    attempts: 3,
    patience: 120,
    mib: 768,
  },
  quick: {
    devices: 20,
    members: 5,
    writers: 4,
    every: 100,
    down: 0.3,
    crews: 2,
    attempts: 3,
    patience: 60,
    mib: 512,
  },
  limits: () => [],
  sockets: (number) => number('devices'),
  run,
}

async function run(stage: Stage): Promise<LoadRun> {
  const { number, tell } = stage
  const first = await stage.startRelay()
  const { port, folder } = first
  const users = Array.from({ length: number('devices') }, (_, place) => `returner-${place}`)
  const crews = await Promise.all(
    shared(users, number('crews')).map(async (share) => ({ share, crew: await stage.startCrew() })),
  )
  const groups = await makeGroups(first, users, number('members'))
  await Promise.all(crews.map(async ({ crew, share }) => crew.ask('stormOpen', { port, users: share })))
  tell(`${users.length} are connected`)

  // Of each group the first one writes and the second one reads.
  const chosen = crews.map(({ share }) =>
    groups
      .filter(({ writer, reader }) => share.includes(writer) && share.includes(reader))
      .slice(0, Math.ceil(number('writers') / crews.length)),
  )
  const everyMs = number('every')
  await Promise.all(
    crews.map(async ({ crew }, place) =>
      crew.ask('stormWrite', {
        everyMs,
        writers: (chosen[place] ?? []).map(({ writer, conversation }) => ({ user: writer, conversation })),
      }),
    ),
  )
  await pause(4 * everyMs)
  await Promise.all(crews.map(async ({ crew }) => crew.ask('stormWatch')))
  const killedAt = Date.now()
  await first.kill()
  await pause(number('down') * 1000)
  const relay = await stage.startRelay({ folder, port })
  const backAt = Date.now()
  const base = residentBytes(relay.pid)
  tell(`the relay is back, ${backAt - killedAt} ms after it was killed`)

  const look = async (): Promise<Returned> =>
    joined(await Promise.all(crews.map(async ({ crew }) => crew.ask('stormLook'))))
  const until = performance.now() + number('patience') * 1000
  let seen = await look()
  while (seen.liveAt.some((at) => at <= killedAt) && performance.now() < until) {
    await pause(250)
    seen = await look()
  }
  const cpuUsed = cpuSeconds(relay.pid)
  const live = seen.liveAt.filter((at) => at > killedAt).map((at) => (at - backAt) / 1000)
  tell(`${live.length} are live again`)
  await Promise.all(crews.map(async ({ crew }) => crew.ask('stormStop')))
  const kept = (
    await Promise.all(
      crews.map(async ({ crew }, place) =>
        crew.ask('stormCheck', { readers: (chosen[place] ?? []).map(({ reader }) => reader) }),
      ),
    )
  ).flat()
  const inLog = await totals(
    relay,
    chosen.flat().map(({ writer, conversation }) => ({ user: writer, conversation })),
  )
  const later = await look()
  const peak = peakResidentBytes(relay.pid)

  const known = live.length === 0 ? [Number.NaN] : live
  const most = Math.max(...later.attempts)
  const sent = sum(kept.map((one) => one.sent))
  const of = `${users.length.toLocaleString('en')} devices`
  return {
    figures: [
      { of, name: '50 % live again', unit: 's', value: percentile(known, 0.5) },
      { of, name: '99 % live again', unit: 's', value: percentile(known, 0.99) },
      { of, name: 'all live again', unit: 's', value: Math.max(...known) },
      { of, name: 'hellos in the busiest second', unit: 'per s', value: busiestSecond(known) },
      { of, name: 'tries of a device, mean', unit: 'tries', value: sum(later.attempts) / users.length },
      { of, name: 'tries of a device, most', unit: 'tries', value: most },
      {
        of,
        name: 'tried more than once',
        unit: 'devices',
        value: later.attempts.filter((tries) => tries > 1).length,
      },
      { of, name: 'met no relay, mean', unit: 'tries', value: sum(later.refused) / users.length },
      { of, name: 'relay, CPU until then', unit: 's', value: cpuUsed },
      { of, name: 'relay, at its start', unit: 'MiB', value: base / 2 ** 20 },
      { of, name: 'relay, at most', unit: 'MiB', value: peak / 2 ** 20 },
      { of, name: 'written meanwhile', unit: 'messages', value: sent },
    ],
    checks: [
      isTrue('all are live again', live.length === users.length, `${live.length} of ${users.length}`),
      isTrue('nothing acknowledged is lost', sent > 0 && sum(kept.map(({ lost }) => lost)) === 0, sent),
      isTrue(
        'nothing is doubled',
        sum(kept.map(({ doubled }) => doubled)) === 0 && inLog === sent,
        `${inLog} in the log, ${sent} written`,
      ),
      atMost('the storm does not start anew: tries of one device', most, number('attempts'), 'tries'),
      atMost('memory of the relay', peak / 2 ** 20, number('mib'), 'MiB'),
    ],
  }
}

interface Group {
  readonly conversation: ConversationId
  readonly writer: string
  readonly reader: string
}

async function makeGroups(
  relay: RelayProcess,
  users: readonly string[],
  size: number,
): Promise<readonly Group[]> {
  const groups: Group[] = []
  for (let start = 0; start + size <= users.length; start += size) {
    const [writer = '', ...others] = users.slice(start, start + size)
    const device = await open(relay, userOf(writer))
    const conversation = someConversation()
    const command = {
      op: 'create',
      kind: 'group',
      unique: false,
      members: others,
      name: 'a few',
      attributes: {},
    }
    const answer = await device.command({ frame: 'command', conversation, id: someEntryId(), command })
    if (answer.verdict.class !== 'accepted') throw new Error('no conversation was made')
    await device.close()
    groups.push({ conversation, writer, reader: others[0] ?? '' })
  }
  return groups
}

/** Messages in the log of these conversations, as the relay tells a device that knows nothing. */
async function totals(
  relay: RelayProcess,
  of: readonly { readonly user: string; readonly conversation: string }[],
): Promise<number> {
  let total = 0
  for (const { user, conversation } of of) {
    const asker = await open(relay, userOf(user))
    const news = asker.syncs.flatMap((sync) => sync.news)
    total += news.find((one) => one.conversation === conversation)?.total ?? 0
    await asker.close()
  }
  return total
}

function joined(parts: readonly Returned[]): Returned {
  return {
    liveAt: parts.flatMap(({ liveAt }) => liveAt),
    attempts: parts.flatMap(({ attempts }) => attempts),
    refused: parts.flatMap(({ refused }) => refused),
  }
}

function busiestSecond(seconds: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const at of seconds) counts.set(Math.floor(at), (counts.get(Math.floor(at)) ?? 0) + 1)
  return Math.max(...counts.values())
}
