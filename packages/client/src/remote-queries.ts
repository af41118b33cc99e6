/**
 * Queries that a relay answers. Nothing of them is kept: without a connection they are `OFFLINE`, also where it is lost meanwhile. One
 * that comes too fast for the relay comes again by itself when it was told to. Rules CL495 and CL496.
 */
import { type ConversationId, parseConversationId } from '@parley/document'
import type { Any, Answered, Found, QueryAnswer } from '@parley/wire'
import { ParleyError, refusalError } from './errors.ts'
import type { RemoteFound } from './live-calls.ts'
import type { Ports } from './ports.ts'
import { offline } from './requests.ts'
import type { Session } from './session.ts'

export interface RemoteQueries {
  ask(query: Any, count: boolean): Promise<RemoteFound>
  answered(frame: QueryAnswer): void
  lost(): void
}

export interface RemoteQueriesOptions {
  readonly session: Pick<Session, 'online' | 'send'>
  readonly ports: Pick<Ports, 'timer'>
}

interface Question {
  readonly query: Any
  readonly count: boolean
  readonly ids: ConversationId[]
  /** Of one that waits to be asked again. */
  cancel: () => void
  readonly resolve: (found: RemoteFound) => void
  readonly reject: (error: ParleyError) => void
}

export function createRemoteQueries({ session, ports }: RemoteQueriesOptions): RemoteQueries {
  const questions = new Map<number, Question>()
  let next = 1

  function send(question: Question): void {
    const request = next
    next += 1
    questions.set(request, question)
    session.send({ frame: 'query', request, count: question.count, query: question.query })
  }

  function take(request: number, question: Question, answered: Answered): void {
    if (answered.result === 'found') question.ids.push(...answered.found.flatMap(idOf))
    if (answered.result === 'found' && answered.more) return
    questions.delete(request)
    switch (answered.result) {
      case 'found':
        question.resolve({ ids: question.ids, count: question.ids.length })
        return
      case 'count':
        question.resolve({ ids: [], count: answered.count })
        return
      case 'failed':
        question.reject(failure(answered.code, answered.detail))
        return
      case 'later': {
        const waiting = next
        next += 1
        questions.set(waiting, question)
        question.cancel = ports.timer(answered.waitMs, () => {
          questions.delete(waiting)
          send(question)
        })
      }
    }
  }

  return {
    ask: async (query, count) => {
      if (!session.online) throw offline()
      return new Promise((resolve, reject) => {
        send({ query, count, ids: [], cancel: () => undefined, resolve, reject })
      })
    },
    answered({ request, answered }) {
      const question = questions.get(request)
      if (question !== undefined) take(request, question, answered)
    },
    lost() {
      for (const { cancel, reject } of questions.values()) {
        cancel()
        reject(offline())
      }
      questions.clear()
    },
  }
}

function idOf(found: Found): readonly ConversationId[] {
  const id = parseConversationId(found.is === 'member' ? found.news.conversation : found.conversation)
  return id === undefined ? [] : [id]
}

function failure(code: string, detail: string): ParleyError {
  return code === 'bad-query' || code === 'query-too-broad'
    ? new ParleyError(code, detail)
    : refusalError(code, detail)
}
