/**
 * What is said only to those who are there now: that somebody types, and messages that nobody keeps. Rules CL238 and
 * CL239; typing has its own.
 *
 * A signal is a value with an `op`; one that nobody here knows, or that is none, is passed over.
 */
import {
  buildMessage,
  type ConversationId,
  judgeSignal,
  makeEntryId,
  type Message,
  parseConversationId,
  parseUserId,
  readEntry,
  type UserId,
  writeAny,
} from '@parley/document'
import { type Any, encodeDeviceFrame, type RelayedSignal } from '@parley/wire'
import type { EngineEvent, MessageView, SendMessage } from './engine-types.ts'
import { ParleyError, refusalError } from './errors.ts'
import { shownHead } from './heads.ts'
import type { Ledger } from './ledger.ts'
import type { ClientLimits } from './limits.ts'
import type { Mailbox } from './mailbox.ts'
import { mustBeMember } from './membership.ts'
import type { Model } from './model.ts'
import type { Ports } from './ports.ts'
import { offline } from './requests.ts'
import type { Session } from './session.ts'
import { createTyping, type Typing } from './typing.ts'
import { messageOf } from './views.ts'

export interface SignalParts {
  readonly user: UserId
  readonly ports: Ports
  readonly limits: ClientLimits
  readonly model: Model
  readonly mailbox: Mailbox
  readonly session: Session
  readonly emit: (event: EngineEvent) => void
  readonly relayTime: () => number
}

export interface Signals {
  readonly typing: Typing
  /** To those who are there; answers what they get. Rejects `OFFLINE`, or with what forbids it. */
  say(id: ConversationId, message: SendMessage): Promise<MessageView>
  heard(ledger: Ledger, frame: RelayedSignal): void
}

export function createSignals(core: SignalParts): Signals {
  const { user, ports, limits, emit } = core

  const typing = createTyping({
    ports,
    limits,
    emit,
    send(conversation, on) {
      const record = core.model.conversations.get(conversation)
      if (!core.session.online || record === undefined || record.role === '') return false
      core.session.send({ frame: 'signal', conversation, content: { op: 'typing', on } })
      return true
    },
  })

  async function say(id: ConversationId, wanted: SendMessage): Promise<MessageView> {
    if (!core.session.online) throw offline()
    const newId = makeEntryId(Math.max(0, ports.now()), ports.random(10))
    const built = buildMessage({ ...wanted, id: newId, from: user, sentAt: ports.now() })
    if (!built.ok) throw refusalError(built.code, built.detail)
    await core.mailbox.read(async (ledger) => mayBeHeard(ledger, id))
    if (!core.session.online) throw offline()
    send(id, built.message)
    typing.said(id)
    return messageOf(id, { seq: 0, time: core.relayTime() }, built.message)
  }

  async function mayBeHeard(ledger: Ledger, id: ConversationId): Promise<void> {
    const head = await shownHead(ledger, id, { user, now: core.relayTime() })
    mustBeMember(ledger, id, user, head)
    if (head?.members.has(user) !== true) return
    const verdict = judgeSignal(head, user, core.relayTime())
    if (!verdict.accepted) throw refusalError(verdict.code, verdict.detail)
  }

  function send(conversation: ConversationId, message: Message): void {
    const frame = {
      frame: 'signal',
      conversation,
      content: { op: 'message', message: { ...message } },
    } as const
    try {
      encodeDeviceFrame(frame)
    } catch (error) {
      throw new ParleyError(
        'too-large',
        'A message that nobody keeps is a short one: 8 KiB with everything.',
        {
          cause: error,
        },
      )
    }
    core.session.send(frame)
  }

  return {
    typing,
    say,
    heard(ledger, frame) {
      const conversation = parseConversationId(frame.conversation)
      const from = parseUserId(frame.from)
      if (conversation === undefined || from === undefined) return
      const role = ledger.conversation(conversation)?.role ?? ''
      if (role === '') return
      const signal = readSignal(frame.content, from)
      if (signal === undefined) return
      ledger.after.push(() => {
        if ('message' in signal) {
          const said = messageOf(conversation, { seq: 0, time: frame.time }, signal.message)
          if (from !== user) typing.heard(conversation, from, false)
          emit({ type: 'transient', said })
        } else if (from !== user) typing.heard(conversation, from, signal.on)
      })
    },
  }
}

type KnownSignal = { readonly on: boolean } | { readonly message: Message }

/** Whatever its sender says, nobody speaks in the name of another. */
function readSignal(content: Any, from: UserId): KnownSignal | undefined {
  if (!isObject(content)) return undefined
  const { op, on, message } = content
  if (op === 'typing') return typeof on === 'boolean' ? { on } : undefined
  if (op !== 'message' || message === undefined) return undefined
  const read = readEntry(writeAny(message))
  if (!read.ok || 'op' in read.entry || read.entry.from !== from) return undefined
  return { message: read.entry }
}

function isObject(value: Any): value is { readonly [key: string]: Any } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
