/** What is asked for in idle time: digests, what was taken back, and what will be wanted next. Rules CL70 and CL73. */
import type { ConversationId } from '@parley/document'
import type { Core } from './core.ts'
import { heldPages } from './fetched.ts'
import { fetchHead, fetchPage } from './fetching.ts'
import type { RequestResult } from './requests.ts'
import { createRetry } from './retry.ts'

/** The most pages one digests request may name. */
const maxPages = 1000

async function compareDigests(core: Core, id: ConversationId): Promise<RequestResult> {
  const pages = await core.mailbox.read(async (ledger) => heldPages(ledger, id))
  // The newest ones; older pages that do not fit are simply fetched again when they are shown.
  const asked = pages.slice(-maxPages)
  if (!core.caughtUp) return 'offline'
  const question = { kind: 'digests', conversation: id, page: 0, after: 0, pages, known: 0 } as const
  return core.requests.open(question, (request) => {
    core.session.send({ frame: 'digests', request, conversation: id, pages: asked })
  })
}

/**
 * Idle work of one engine: at most one round at a time, and another one when more was found meanwhile, or when the store
 * could not be read. Rule CL391.
 */
export function createIdleWork(core: Core): () => void {
  const retry = createRetry(core.ports, core.limits)
  let working = false
  let again = false

  function later(): void {
    // A new session begins it anyway.
    if (!core.caughtUp) return
    retry.later(() => {
      if (!core.caughtUp) return
      work()
      // A target that could not be looked up is looked for again.
      core.mailbox.pump()
    })
  }

  function work(): void {
    again = working
    if (working) return
    working = true
    fetchInIdleTime(core)
      .then(() => retry.worked())
      .catch((error: unknown) => {
        // The engine ended, or its store did: both are said where they happen. Or the store could not be read just now.
        core.ports.log.debug('idle work stopped', { error: String(error) })
        later()
      })
      .finally(() => {
        working = false
        if (again && core.caughtUp) work()
      })
  }

  return work
}

/**
 * After catch-up, one question at a time: digests where they decide whether what is held counts, pages that still show
 * what was taken back, then heads and newest pages of the latest conversations, for reading them offline.
 */
async function fetchInIdleTime(core: Core): Promise<void> {
  const generation = core.session.generation
  const goesOn = (): boolean => core.caughtUp && core.session.generation === generation
  core.model.parts.use('people', ({ wantUnknown }) => wantUnknown(core))
  for (const record of core.model.conversations.values()) {
    if (!goesOn()) return
    // Of a conversation the relay does not know (yet) it has nothing to say.
    if (record.verify && record.absentSince === 0) await compareDigests(core, record.id)
  }
  for (const { id, erasing, absentSince } of core.model.conversations.values()) {
    for (const page of absentSince === 0 ? erasing : []) if (goesOn()) await fetchPage(core, id, page)
  }
  const latest = [...core.model.conversations.values()]
    .filter((record) => record.role !== '' && !record.local && record.absentSince === 0)
    .toSorted((a, b) => b.time - a.time)
    .slice(0, core.limits.maxIdleConversations)
  for (const { id } of latest) {
    const record = core.model.conversations.get(id)
    if (!goesOn() || record === undefined) return
    if (record.headHeld !== record.headKnown) await fetchHead(core, id)
    const page = await core.mailbox.read(async (ledger) => ledger.page(id, record.pages))
    if (goesOn() && record.pages > 0 && (page.held === 0 || page.held !== page.known))
      await fetchPage(core, id, record.pages)
  }
}
