/**
 * A device that writes as fast as it is answered, and keeps what it was told: messages, recalls, and the command that
 * makes the conversation. What is answered `later` it sends again, as it was.
 */
import { type ConversationId, type EntryId, parseUserId, type UserId } from '@parley/document'
import { createPen, type Pen, testConversationId, testDeviceId, testEntryId } from '@parley/relay/testing'
import { mintToken } from '@parley/relay/node'
import {
  type DeviceFrame,
  decodeRelayFrame,
  encodeDeviceFrame,
  protocolVersion,
  type RelayFrame,
  type Verdict,
} from '@parley/wire'
import { secret } from './relay-process.ts'

/** An entry as it was sent, and what came of it. */
export interface Sent {
  readonly id: EntryId
  readonly page: number
  readonly client: number
  readonly clock: number
  readonly update: Uint8Array
  /** A message, and no recall of one. */
  readonly message: boolean
  /** The first final answer. */
  answer?: { readonly seq: number; readonly time: number }
}

export interface Journal {
  readonly conversation: ConversationId
  readonly user: UserId
  readonly command: EntryId
  /** Of the command. */
  created?: { readonly seq: number; readonly time: number }
  readonly sent: Sent[]
  /** How often `later` was said, and whether anything has been accepted since. */
  later: number
  acceptedAfterLater: number
  /** What no relay may say: a refusal, or an answer that differs from the first. */
  readonly wrong: string[]
}

/** Each page of this many bytes and two thirds is full after thirty of them. */
const text = 'x'.repeat(2000)

export function createJournal(name: string, number: number): Journal {
  const user = parseUserId(name)
  if (user === undefined) throw new Error(`${name} is no user id`)
  return {
    conversation: testConversationId(number),
    user,
    command: testEntryId(),
    sent: [],
    later: 0,
    acceptedAfterLater: 0,
    wrong: [],
  }
}

export interface Writer {
  /** The socket has closed, or what was to be done is done. */
  readonly done: Promise<void>
  readonly close: () => void
}

/** Writes so many entries, after all that the journal holds has been sent again. */
export async function startWriter(port: number, journal: Journal, count: number): Promise<Writer> {
  const token = await mintToken({
    secret: new TextEncoder().encode(secret),
    user: journal.user,
    lifetimeSeconds: 3600,
    now: Date.now(),
  })
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
  socket.binaryType = 'arraybuffer'
  const send = (frame: DeviceFrame): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(encodeDeviceFrame(frame))
  }
  let finish: () => void
  const done = new Promise<void>((resolve) => {
    finish = resolve
  })
  const hand = createHand(journal, send, count)
  socket.addEventListener('open', () => {
    send({
      frame: 'hello',
      version: protocolVersion,
      token,
      device: testDeviceId(1),
      epoch: '',
      cursor: 0,
      tag: '',
      login: false,
      inflates: false,
    })
  })
  socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
    const decoded = decodeRelayFrame(new Uint8Array(data))
    if (!decoded.ok) throw new Error(decoded.failure.detail)
    if (hand.hear(decoded.frame)) finish()
  })
  // A relay that dies closes it; why does not matter.
  socket.addEventListener('error', () => finish())
  socket.addEventListener('close', () => finish())
  return { done, close: () => socket.close() }
}

interface Hand {
  /** True when everything is answered. */
  readonly hear: (frame: RelayFrame) => boolean
}

function createHand(journal: Journal, send: (frame: DeviceFrame) => void, count: number): Hand {
  const { conversation } = journal
  const again = [...journal.sent]
  let page = 1
  let pen = newPen(journal)
  let left = count
  let waiting: Sent[] = []

  const push = (entries: readonly Sent[]): void => {
    waiting = [...entries]
    const [first] = entries
    if (first !== undefined) {
      send({ frame: 'push', conversation, page: first.page, updates: entries.map(({ update }) => update) })
    }
  }
  /** What was sent by an earlier session first, then something new: three messages, or a recall and two. */
  const next = (): boolean => {
    const repeated = takeRun(again)
    if (repeated.length > 0) {
      push(repeated)
      return false
    }
    if (left <= 0) return true
    left -= 3
    const target = journal.sent[journal.sent.length - 20]
    const recalls = target?.message === true && target.answer !== undefined && target.page === page
    const first = recalls ? pen.recall(target.id) : pen.text(text)
    const written = [first, pen.text(text), pen.text(text)].map(
      ({ id, client, clock, update }, index): Sent => ({
        id,
        page,
        client,
        clock,
        update,
        message: index > 0 || !recalls,
      }),
    )
    journal.sent.push(...written)
    push(written)
    return false
  }
  const judge = (sent: Sent, verdict: Verdict): void => {
    if (verdict.class === 'accepted' || verdict.class === 'duplicate') {
      keep(journal, sent, verdict)
      waiting = waiting.filter((one) => one !== sent)
      if (verdict.class === 'accepted' && journal.later > 0) journal.acceptedAfterLater += 1
    } else if (verdict.class === 'later') journal.later += 1
    else if (verdict.class === 'rewrite') {
      waiting = waiting.filter((one) => one !== sent)
      journal.sent.splice(journal.sent.indexOf(sent), sent.answer === undefined ? 1 : 0)
      if (sent.answer !== undefined) journal.wrong.push(`${sent.id} was answered, and then ${verdict.code}`)
      if (verdict.code === 'page-closed') page = Math.max(page, verdict.page)
      pen = newPen(journal)
    } else {
      waiting = waiting.filter((one) => one !== sent)
      journal.wrong.push(`${sent.id} was refused: ${verdict.code}`)
    }
  }

  return {
    hear(frame) {
      if (frame.frame === 'welcome') {
        const members = ['Mary']
        const command = { op: 'create', kind: 'group', unique: false, members, name: 'Crash', attributes: {} }
        send({ frame: 'command', conversation, id: journal.command, command })
      } else if (frame.frame === 'command-answer') {
        if (frame.verdict.class === 'later') {
          journal.later += 1
          return true
        }
        if (frame.verdict.class === 'refused') journal.wrong.push(`the creation was ${frame.verdict.code}`)
        else keepCreation(journal, frame.verdict)
        return next()
      } else if (frame.frame === 'answer') {
        const before = journal.later
        for (const { client, clock, page: at, verdict } of frame.answers) {
          const sent = waiting.find((one) => one.client === client && one.clock === clock && one.page === at)
          if (sent !== undefined) judge(sent, verdict)
        }
        if (journal.later > before && journal.later > 6) return true
        if (waiting.length === 0) return next()
        push(waiting)
      }
      return false
    },
  }
}

/** As many as stand on one page, in a row. */
function takeRun(sent: Sent[]): readonly Sent[] {
  const page = sent[0]?.page
  const end = sent.findIndex((one, index) => one.page !== page || index === 20)
  return sent.splice(0, end === -1 ? sent.length : end)
}

function keep(journal: Journal, sent: Sent, { seq, time }: { seq: number; time: number }): void {
  if (sent.answer !== undefined && (sent.answer.seq !== seq || sent.answer.time !== time)) {
    journal.wrong.push(`${sent.id} was ${sent.answer.seq}, and is ${seq}`)
  }
  sent.answer ??= { seq, time }
}

function keepCreation(journal: Journal, { seq, time }: { seq: number; time: number }): void {
  if (journal.created !== undefined && (journal.created.seq !== seq || journal.created.time !== time)) {
    journal.wrong.push(`the creation was ${journal.created.seq}, and is ${seq}`)
  }
  journal.created ??= { seq, time }
}

let clients = 1000

/** Never twice the same client id, whatever became of the last. */
function newPen({ user }: Journal): Pen {
  clients += 1
  return createPen({ user, client: clients })
}
