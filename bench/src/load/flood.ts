/** One user floods; others chat beside him. What they feel of it, as a ratio of medians over runs in turn. */
import type { ConversationId } from '@parley/document'
import { contentOf, someConversation, someEntryId, userOf } from '../people.ts'
import { cpuSeconds, peakResidentBytes } from '../process-usage.ts'
import type { RelayProcess } from '../relay-process.ts'
import { median, percentile } from '../statistics.ts'
import { pause, sum } from '../waiting.ts'
import type { Crew } from './crew.ts'
import type { Flooded } from './flood-crew.ts'
import { createPen, type Pen } from './pen.ts'
import { openRaw, type RawDevice } from './raw-device.ts'
import { atMost, isTrue, type LoadRun, type LoadScenario, type Stage } from './scenario.ts'

export const flood: LoadScenario = {
  name: 'flood',
  about:
    'One user on eight devices: full pushes as fast as frames may come, single messages, questions for a page, signals; whoever is sent away comes back when he may. Beside him ten pairs chat, each side at a fixed pace. Calm and flood in turn; p50 and p99 of each run, then the medians.',
  full: {
    devices: 8,
    frames: 900,
    chatters: 20,
    perSecond: 5,
    seconds: 15,
    rounds: 5,
    factor: 4,
    burst: 2000,
    only: 0,
  },
  quick: {
    devices: 4,
    frames: 300,
    chatters: 4,
    perSecond: 10,
    seconds: 1,
    rounds: 1,
    factor: 4,
    burst: 128,
    only: 0,
  },
  limits: (number) => (number('burst') === 2000 ? [] : [`--max-updates-burst=${number('burst')}`]),
  sockets: (number) => number('chatters') + number('devices'),
  run,
}

interface Chatter {
  readonly pen: Pen
  readonly device: RawDevice
  readonly conversation: ConversationId
}

async function run(stage: Stage): Promise<LoadRun> {
  const { number, tell } = stage
  const relay = await stage.startRelay()
  const chatters: Chatter[] = []
  for (let pair = 0; pair < number('chatters') / 2; pair += 1) {
    chatters.push(...(await openPair(relay, `chatter-${2 * pair}`, `chatter-${2 * pair + 1}`)))
  }
  const room = await makeRoom(relay, 'flooder', ['whom he floods'.replaceAll(' ', '-')])
  const crew = await stage.startCrew()

  await chat(chatters, number('seconds') / 3, number('perSecond'))
  for (const { pen } of chatters) pen.times()
  const calm: number[][] = []
  const loud: number[][] = []
  const floods: Flooded[] = []
  let cpuLoud = 0
  for (let round = 0; round < number('rounds'); round += 1) {
    tell(`round ${round + 1} of ${number('rounds')}`)
    calm.push(await chat(chatters, number('seconds'), number('perSecond')))
    await startFlood(crew, relay, room, number)
    const cpuBefore = cpuSeconds(relay.pid)
    loud.push(await chat(chatters, number('seconds'), number('perSecond')))
    cpuLoud += cpuSeconds(relay.pid) - cpuBefore
    floods.push(await crew.ask('floodStop'))
    // What he left in the queues is not the next run's.
    await pause(Math.min(2000, number('seconds') * 200))
  }
  const seconds = number('seconds') * number('rounds')
  const gone = chatters.flatMap(({ device }) => (device.end === undefined ? [] : [device.end.code]))
  const at = (runs: readonly (readonly number[])[], share: number): number =>
    median(runs.map((times) => percentile(times, share)))
  const ratio50 = at(loud, 0.5) / at(calm, 0.5)
  const ratio99 = at(loud, 0.99) / at(calm, 0.99)
  const ends = floods.flatMap((one) => Object.entries(one.ends))
  const accepted = sum(floods.map((one) => one.accepted))
  const perSecond = (of: (one: Flooded) => number): number => sum(floods.map(of)) / seconds
  return {
    figures: [
      { of: 'calm', name: 'acknowledged, p50', unit: 'ms', value: at(calm, 0.5) },
      { of: 'calm', name: 'acknowledged, p99', unit: 'ms', value: at(calm, 0.99) },
      { of: 'flood', name: 'acknowledged, p50', unit: 'ms', value: at(loud, 0.5) },
      { of: 'flood', name: 'acknowledged, p99', unit: 'ms', value: at(loud, 0.99) },
      { of: 'flood', name: 'p50 beside calm', unit: 'times', value: ratio50 },
      { of: 'flood', name: 'p99 beside calm', unit: 'times', value: ratio99 },
      { of: 'flood', name: 'his frames', unit: 'per s', value: perSecond((one) => one.frames) },
      { of: 'flood', name: 'his updates', unit: 'per s', value: perSecond((one) => one.updates) },
      { of: 'flood', name: 'of them accepted', unit: 'per s', value: accepted / seconds },
      { of: 'flood', name: 'his questions answered', unit: 'per s', value: perSecond((one) => one.answers) },
      { of: 'flood', name: 'he was sent away', unit: 'times', value: sum(ends.map(([, times]) => times)) },
      { of: 'flood', name: 'relay', unit: '% of a core', value: (100 * cpuLoud) / seconds },
      { of: 'flood', name: 'relay, at most', unit: 'MiB', value: peakResidentBytes(relay.pid) / 2 ** 20 },
    ],
    checks: [
      isTrue('nobody but the flooder was sent away', gone.length === 0, gone.join(', ') || 'none'),
      isTrue(
        'the flooder was at a limit',
        sum(floods.map(({ later }) => later)) + ends.length > 0,
        `${sum(floods.map(({ later }) => later))} answers to come later, sent away ${sum(ends.map(([, times]) => times))} times`,
      ),
      isTrue('what he may he got', accepted > 0, `${accepted} accepted`),
      atMost('p99 of the others beside that in calm', ratio99, number('factor'), 'times'),
    ],
  }
}

async function openPair(relay: RelayProcess, one: string, other: string): Promise<readonly Chatter[]> {
  const rooms = [await makeRoom(relay, one, [other]), await makeRoom(relay, other, [one])]
  // Each writes in a conversation of his own, so that no two open a page at the same time.
  return Promise.all(
    [one, other].map(async (name, place) => {
      const pen = createPen((n) => contentOf(userOf(name), n))
      const device = await openRaw({
        port: relay.port,
        user: userOf(name),
        hear(frame) {
          if (frame.frame === 'answer') pen.take(frame)
        },
      })
      pen.give(device)
      const conversation = rooms[place]
      if (conversation === undefined) throw new Error('two have two')
      return { pen, device, conversation }
    }),
  )
}

async function makeRoom(
  relay: RelayProcess,
  creator: string,
  others: readonly string[],
): Promise<ConversationId> {
  const device = await openRaw({ port: relay.port, user: userOf(creator) })
  const conversation = someConversation()
  const command = {
    op: 'create',
    kind: 'group',
    unique: false,
    members: [...others],
    name: 'two',
    attributes: {},
  }
  device.send({ frame: 'command', conversation, id: someEntryId(), command })
  await device.ping()
  await pause(50)
  await device.close()
  return conversation
}

/** Milliseconds of every message of everybody. */
async function chat(chatters: readonly Chatter[], seconds: number, perSecond: number): Promise<number[]> {
  await Promise.all(
    chatters.map(async ({ pen, conversation }, place) => {
      // Not all in the same moment.
      await pause((place / chatters.length / perSecond) * 1000)
      await pen.write(conversation, seconds, perSecond)
    }),
  )
  return chatters.flatMap(({ pen }) => [...pen.times()])
}

async function startFlood(
  crew: Crew,
  relay: RelayProcess,
  conversation: ConversationId,
  number: Stage['number'],
): Promise<void> {
  await crew.ask('floodStart', {
    port: relay.port,
    user: 'flooder',
    conversation,
    devices: number('devices'),
    framesPerSecond: number('frames'),
    only: number('only'),
  })
  // He is in session, and his burst is spent, before it is measured.
  await pause(Math.min(2000, number('seconds') * 300))
}
