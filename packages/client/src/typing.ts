/**
 * Who is typing where: told to the others now and then while it lasts, and forgotten when it is not told again. Rules
 * CL240 to CL243.
 */
import type { ConversationId, UserId } from '@parley/document'
import type { EngineEvent } from './engine-types.ts'
import type { ClientLimits } from './limits.ts'
import type { Ports } from './ports.ts'

export interface Typing {
  /** This user types here, or has stopped. */
  type(conversation: ConversationId, on: boolean): void
  /** He has said it: nobody needs to be told that he has stopped. */
  said(conversation: ConversationId): void
  members(conversation: ConversationId): readonly UserId[]
  heard(conversation: ConversationId, from: UserId, on: boolean): void
  /** Without a session nobody knows what others do. */
  lost(): void
}

export interface TypingOptions {
  readonly ports: Pick<Ports, 'timer'>
  readonly limits: Pick<ClientLimits, 'typingEveryMs' | 'typingLastsMs'>
  /** False when it could not leave. */
  readonly send: (conversation: ConversationId, on: boolean) => boolean
  readonly emit: (event: EngineEvent) => void
}

export function createTyping({ ports, limits, send, emit }: TypingOptions): Typing {
  /** Where others believe that this user types. */
  const told = new Set<ConversationId>()
  /** Told so lately that it is not told again; how to be free at once. */
  const quiet = new Map<ConversationId, () => void>()
  /** How to go on believing no more. */
  const others = new Map<ConversationId, Map<UserId, () => void>>()

  function beQuiet(conversation: ConversationId): void {
    const cancel = ports.timer(limits.typingEveryMs, () => quiet.delete(conversation))
    quiet.set(conversation, cancel)
  }

  function forget(conversation: ConversationId, from: UserId): boolean {
    const here = others.get(conversation)
    here?.get(from)?.()
    const was = here?.delete(from) ?? false
    if (here?.size === 0) others.delete(conversation)
    return was
  }

  function stopped(conversation: ConversationId, from: UserId): void {
    if (forget(conversation, from)) emit({ type: 'typing', conversation, from, typing: false })
  }

  return {
    type(conversation, on) {
      if (!on) {
        if (told.delete(conversation)) send(conversation, false)
      } else if (!quiet.has(conversation) && send(conversation, true)) {
        told.add(conversation)
        beQuiet(conversation)
      }
    },
    said(conversation) {
      told.delete(conversation)
      quiet.get(conversation)?.()
      quiet.delete(conversation)
    },
    members: (conversation) => [...(others.get(conversation)?.keys() ?? [])],
    heard(conversation, from, on) {
      if (!on) {
        stopped(conversation, from)
        return
      }
      const known = forget(conversation, from)
      const here = others.get(conversation) ?? new Map<UserId, () => void>()
      others.set(conversation, here)
      here.set(
        from,
        ports.timer(limits.typingLastsMs, () => stopped(conversation, from)),
      )
      if (!known) emit({ type: 'typing', conversation, from, typing: true })
    },
    lost() {
      told.clear()
      for (const [conversation, here] of others) for (const from of here.keys()) stopped(conversation, from)
    },
  }
}
