/**
 * The engine of one device: ready from its disk, connected behind it. It owns the store and the socket, does one thing
 * at a time, and sees the world only through its ports. Rules CL90 and on; the parts carry their own.
 */
import type { UserId } from '@parley/document'
import type { OpenStore } from '@parley/storage'
import type { Engine, EngineEvent } from './engine-types.ts'
import { ParleyError } from './errors.ts'
import type { ParleyErrorCode } from './errors.ts'
import { confirmedHead, peekHead, shownHead } from './heads.ts'
import { clientLimits } from './limits.ts'
import type { ClientLimits } from './limits.ts'
import { storageFailure } from './mailbox.ts'
import { loadModel } from './model.ts'
import type { Ports } from './ports.ts'
import { newDevice, run, superseded } from './running.ts'
import type { Running } from './running.ts'
import { unsentView } from './views.ts'

export interface EngineOptions {
  readonly user: UserId
  readonly ports: Ports
  readonly limits?: Partial<ClientLimits>
}

export function createEngine({ user, ports, limits: wanted }: EngineOptions): Engine {
  const limits: ClientLimits = { ...clientLimits, ...wanted }
  const listeners = new Set<(event: EngineEvent) => void>()
  let store: OpenStore | undefined
  let running: Running | undefined
  let ended: ParleyError | undefined

  function emit(event: EngineEvent): void {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        // A listener's fault is the app's own; it must not stop what others hear, or what is stored.
        ports.log.error('a listener threw', { event: event.type, error: String(error) })
      }
    }
    if (event.type === 'ended') end(new ParleyError(publicCode(event.code), event.detail))
  }

  function end(error: ParleyError): void {
    if (ended !== undefined) return
    ended = error
    running?.stop(error)
  }

  function finish(detail: string): void {
    if (ended === undefined) emit({ type: 'ended', code: 'closed', detail })
  }

  function live(): Running {
    if (ended !== undefined) throw ended
    if (running === undefined) throw new ParleyError('closed', 'The engine has not been started.')
    return running
  }

  async function start(): Promise<void> {
    try {
      store = await ports.store.open()
      const { model, isNew } = await loadModel(store, () => ({
        device: newDevice(ports),
        epoch: '',
        cursor: 0,
      }))
      if (ended !== undefined) throw ended
      running = run({ user, ports, limits, model, emit })
      store.onLost(() => emit({ type: 'ended', code: 'superseded', detail: superseded }))
      await running.begin(isNew)
    } catch (error) {
      throw storageFailure(error)
    }
  }

  return {
    user,
    get connection() {
      return running?.core.session.state ?? 'connecting'
    },
    start,
    pause: () => live().core.session.input({ on: 'pause' }),
    resume: () => live().core.session.input({ on: 'resume' }),
    retry: () => live().core.session.input({ on: 'retry' }),
    network: (online) => live().core.session.input({ on: 'network', online }),
    conversations: () => live().conversations(),
    conversation: (id) => live().conversation(id),
    head: async (id) => {
      const { core } = live()
      return core.mailbox.read(async (ledger) => shownHead(ledger, id, { user, now: ports.now() }))
    },
    peekHead: (id) => peekHead(live().core.model, id, { user, now: ports.now() }),
    confirmedHead: async (id) => live().core.mailbox.read(async (ledger) => confirmedHead(ledger, id)),
    look: async (id) => live().look(id),
    command: async (id, command) => live().calls.command(id, command),
    send: async (id, message) => live().calls.send(id, message),
    recall: async (id, target) => live().calls.recall(id, target),
    history: async (id, query) => live().history.query(id, query),
    timeline: async (id, limit) => live().history.timeline(id, limit),
    read: async (id) => live().markRead(id),
    setDraft: async (id, text) => live().setDraft(id, text),
    cancelDraft: async (id) => live().setDraft(id, null),
    unsent: () => {
      const { model } = live().core
      return [...model.outbox.values()]
        .filter((item) => item.answered === null)
        .toSorted((a, b) => a.n - b.n)
        .map(unsentView)
    },
    retryUnsent: async (id) => live().calls.retry(id),
    discardUnsent: async (id) => live().calls.discard(id),
    inspect: async (id) => live().inspect(id),
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      finish('The client was closed.')
      await running?.stopped
      await store?.close()
    },
    async wipe() {
      finish('The client was closed and its data removed.')
      await running?.stopped
      await store?.close()
      await ports.store.destroy()
    },
  }
}

function publicCode(code: string): ParleyErrorCode {
  return code === 'superseded' || code === 'wrong-version' || code === 'closed' ? code : 'internal'
}
