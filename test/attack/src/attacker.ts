/** Mallory, at one of the doors: what he sends, and what he is answered, in the words of `Expected`. */
import type { Any } from '@parley/wire'
import { type Door, fetchedText, verdictText } from './answers.ts'
import type { Ground, Network, OpenOptions } from './ground.ts'
import { Ended, type Line } from './line.ts'
import type { Scene } from './scene.ts'
import { enter, nextDevice, type Session } from './session.ts'
import { openStock, type StockLine, syncMessage } from './stock-line.ts'
import { pause } from './waiting.ts'

export interface WriteOptions {
  readonly conversation?: string
  readonly page?: number
}

export interface Attacker {
  readonly door: Door
  /** His session, which is opened when it is first needed and stays. Throws `Ended` once it has ended. */
  readonly session: () => Promise<Session>
  /** Through the door: pushed, or sent as the updates of a stock tool. */
  readonly write: (updates: readonly Uint8Array[], options?: WriteOptions) => Promise<readonly string[]>
  readonly command: (command: Any, conversation?: string, id?: string) => Promise<readonly string[]>
  readonly read: (page: number, conversation?: string) => Promise<readonly string[]>
  /** A connection that has said nothing. */
  readonly open: (options?: OpenOptions) => Promise<Line>
  /** At the second door, in his own name. */
  readonly stock: (name?: string) => Promise<StockLine | string>
  /** The same, and what comes of these messages. */
  readonly say: (messages: readonly (Uint8Array | string)[], name?: string) => Promise<string>
  readonly network: () => Network
  /** Kept, and looked through for what he must not hear. */
  readonly hear: (bytes: Uint8Array | string) => void
  readonly heard: () => readonly Uint8Array[]
  /** All that was told to his session has been heard. */
  readonly settle: () => Promise<void>
  readonly leave: () => void
}

/** How long nothing must come for it to be quiet, and how long is waited for what must come. */
const quietMs = 200
const closeMs = 10_000

const nothing = Uint8Array.of(0, 0)

export function createAttacker(ground: Ground, scene: Scene, door: Door, expected?: string): Attacker {
  const { mallory, conversation, page } = scene
  const lines: Line[] = []
  const stocks: StockLine[] = []
  const other: Uint8Array[] = []
  let session: Session | undefined

  const own: Attacker = {
    door,
    async session() {
      const how = session?.line.ended()
      if (how !== undefined) throw new Ended(how)
      if (session === undefined) {
        session = await enter(ground, mallory, nextDevice())
        lines.push(session.line)
      }
      return session
    },
    async write(updates, where = {}) {
      const place = { conversation, page, ...where }
      if (door === 'parley') {
        const answers = await (await own.session()).push(place.conversation, place.page, updates)
        return answers.map(({ verdict }) => verdictText(verdict))
      }
      const name = `c/${place.conversation}${place.page === 0 ? '' : `/${place.page}`}`
      const line = await own.stock(name)
      if (typeof line === 'string') return [line]
      return [await writeStock(line, updates, place.page > 0, expected)]
    },
    async command(command, where = conversation, id) {
      const verdict = await (await own.session()).command(where, command, id)
      return [verdictText(verdict)]
    },
    async read(number, where = conversation) {
      return (await (await own.session()).fetch(where, number)).map(fetchedText)
    },
    async open(options) {
      const line = await ground.open(options)
      lines.push(line)
      return line
    },
    async stock(name = `c/${conversation}/${page}`) {
      const line = await openStock(own.network(), name, await ground.token(mallory))
      if (typeof line !== 'string') stocks.push(line)
      return line
    },
    async say(messages, name) {
      const line = await own.stock(name)
      if (typeof line === 'string') return line
      await line.when('a question', () => line.asked() > 0)
      for (const message of messages) line.send(message)
      const ms = expected?.startsWith('closed') === true ? closeMs : quietMs
      await line.when('the end', () => false, ms).catch(() => undefined)
      return line.ended() ?? 'quiet'
    },
    network() {
      if (ground.network === undefined) throw new Error('this relay has no port')
      return ground.network
    },
    hear(bytes) {
      other.push(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes)
    },
    heard: () => [...lines, ...stocks].flatMap(({ heard }) => heard).concat(other),
    async settle() {
      if (session?.line.ended() === undefined) await session?.settle()
    },
    leave() {
      for (const line of [...lines, ...stocks]) line.close()
      session = undefined
    },
  }
  return own
}

/** As a stock provider does: it is asked first; and where it is asked again, it brings the same. */
async function writeStock(
  line: StockLine,
  updates: readonly Uint8Array[],
  isPage: boolean,
  expected: string | undefined,
): Promise<string> {
  if (isPage) await line.when('a question', () => line.asked() > 0 || line.denials().length > 0)
  // Of the head nobody is asked: whoever may not write is told when he does.
  else line.send(syncMessage(2, updates[0] ?? nothing))
  if (!isPage) await line.when('an answer', () => line.denials().length > 0)
  if (line.denials().some((reason) => reason.includes('read-only')) && line.ended() === undefined) {
    line.close()
    return 'read-only'
  }
  let asked = line.asked()
  line.send(syncMessage(1, nothing))
  for (const update of updates) line.send(syncMessage(2, update))
  const [whole = nothing] = updates
  const deadline = performance.now() + (expected?.startsWith('closed') === true ? closeMs : quietMs)
  while (line.ended() === undefined && performance.now() < deadline) {
    await pause(5)
    if (line.asked() > asked) line.send(syncMessage(1, whole))
    asked = line.asked()
  }
  const how = line.ended() ?? 'quiet'
  line.close()
  return how
}

/** What a session says at its end, where the answer was to be that. */
export async function endingOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof Ended) return error.how
    throw error
  }
  return 'no end'
}
