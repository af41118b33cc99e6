/**
 * Messages are written until so many are acknowledged; then the server is killed at once, started again on what it left, and asked
 * for all of them. What is missing is the figure.
 */
import type { Figure, Run } from '../../scenario.ts'
import type { Contender, Server } from '../contender.ts'
import { eachOf, type Hall, openHall } from '../hall.ts'
import type { CompareScenario, CompareSize, Setting } from '../scenario.ts'

interface Attempt {
  readonly of: string
  readonly conversations: number
  readonly acknowledged: number
  /** Unacknowledged at most, of a conversation; with no rate as many as that. */
  readonly window: number
  /** 0: as fast as they are acknowledged. */
  readonly perSecond: number
}

const attempts: Readonly<Record<CompareSize, readonly Attempt[]>> = {
  full: [
    { of: 'burst', conversations: 1, acknowledged: 2000, window: 20, perSecond: 0 },
    { of: 'spread', conversations: 100, acknowledged: 2000, window: 1000, perSecond: 400 },
  ],
  quick: [
    { of: 'burst', conversations: 1, acknowledged: 2000, window: 20, perSecond: 0 },
    { of: 'spread', conversations: 100, acknowledged: 2000, window: 1000, perSecond: 800 },
  ],
  tiny: [
    { of: 'burst', conversations: 1, acknowledged: 60, window: 20, perSecond: 0 },
    { of: 'spread', conversations: 4, acknowledged: 40, window: 100, perSecond: 200 },
  ],
}

export const kill: CompareScenario = {
  name: 'kill',
  about:
    '2,000 messages are acknowledged, then SIGKILL and a new start on the same data. Burst: one conversation, 20 unacknowledged. Spread: 100 conversations, 400 a second. Acknowledged: by Parley’s answer, the SyncStatus of Hocuspocus, and one’s own echo from y-websocket, which has nothing better, and from the limit.',
  contenders: ['parley', 'hocuspocus', 'y-websocket', 'bare-ws-sqlite'],
  quick: ['parley', 'hocuspocus', 'y-websocket', 'bare-ws-sqlite'],
  timeless: 'works',
  async run(contender, size, setting) {
    const figures: Figure[] = []
    let checked = 0
    for (const attempt of attempts[size]) {
      const run = await runAttempt(contender, attempt, setting)
      figures.push(...run.figures)
      checked += run.checked
    }
    return { figures, checked }
  },
}

const roomName = (conversation: number): string => `kill-${conversation}`

async function runAttempt(contender: Contender, attempt: Attempt, { node }: Setting): Promise<Run> {
  const server = await contender.start({ node })
  try {
    const acknowledged = await writeAndKill(contender, server, attempt)
    const again = await contender.start({ node, folder: server.folder })
    const kept = new Set<number>()
    try {
      await eachOf(attempt.conversations, 8, async (conversation) => {
        for (const number of await contender.read(again, roomName(conversation))) kept.add(number)
      })
    } finally {
      await again.stop()
    }
    const lost = acknowledged.filter((number) => !kept.has(number)).length
    const { of } = attempt
    return {
      checked: acknowledged.length,
      figures: [
        { of, name: 'lost', unit: `of ${attempt.acknowledged}`, value: lost },
        { of, name: 'kept', unit: 'messages', value: kept.size },
      ],
    }
  } finally {
    await server.dispose()
  }
}

const patienceMs = 60_000

/** Answers the first so many that were acknowledged; whatever came behind them is not asked for. */
async function writeAndKill(
  contender: Contender,
  server: Server,
  { conversations, acknowledged: wanted, window, perSecond }: Attempt,
): Promise<readonly number[]> {
  const acknowledged: number[] = []
  const flying: number[] = Array.from({ length: conversations }, () => 0)
  const enough = Promise.withResolvers<undefined>()
  const hall = await openHall({
    contender,
    server,
    shape: { conversations, members: 2 },
    name: roomName,
    hear: (conversation) => ({
      acknowledged(_place, numbers) {
        acknowledged.push(...numbers)
        flying[conversation] = (flying[conversation] ?? 0) - numbers.length
        if (acknowledged.length >= wanted) enough.resolve(undefined)
        else if (perSecond === 0) fill(hall, conversation)
      },
    }),
  })
  const fill = ({ stalls }: Hall, conversation: number): void => {
    while ((flying[conversation] ?? 0) < window) {
      flying[conversation] = (flying[conversation] ?? 0) + 1
      stalls[conversation]?.send(0)
    }
  }
  const late = setTimeout(
    () => enough.reject(new Error(`${acknowledged.length} messages of ${wanted} were acknowledged`)),
    patienceMs,
  )
  if (perSecond === 0) for (const conversation of flying.keys()) fill(hall, conversation)
  const steady = perSecond === 0 ? undefined : sendSteadily(hall, perSecond)
  await enough.promise.finally(() => {
    clearTimeout(late)
    steady?.stop()
  })
  await server.kill()
  await hall.close()
  return acknowledged.slice(0, wanted)
}

/** In turn through the conversations. */
function sendSteadily({ stalls }: Hall, perSecond: number): { readonly stop: () => void } {
  const begin = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - begin) * perSecond) / 1000)
    for (; sent < due; sent += 1) stalls[sent % stalls.length]?.send(0)
  }, 2)
  return { stop: () => clearInterval(timer) }
}
