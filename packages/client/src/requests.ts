/** Questions to the relay: one answer each, for as long as the socket stands. The same question is asked once at a time. */
import type { ConversationId } from '@parley/document'
import { maxUsersPerRequest } from '@parley/wire'
import type { Row } from '@parley/wire'
import { ParleyError } from './errors.ts'

export interface Request {
  readonly number: number
  readonly kind: 'page' | 'head' | 'digests'
  readonly conversation: ConversationId
  readonly page: number
  readonly after: number
  /** Of digests: what was held then. */
  readonly pages: readonly number[]
  /** The newest version heard of when it was asked. */
  readonly known: number
  /** Rows of the parts that came so far. */
  readonly rows: Row[]
  readonly done: (result: RequestResult) => void
}

/** `absent`: the relay has no such page, or none for this user. */
export type RequestResult = 'held' | 'differs' | 'joinable' | 'absent' | 'failed' | 'offline'

export interface Requests {
  /** The promise of the same question, when it is already asked. */
  open(
    question: Pick<Request, 'kind' | 'conversation' | 'page' | 'after' | 'pages' | 'known'>,
    ask: (number: number) => void,
  ): Promise<RequestResult>
  find(number: number): Request | undefined
  close(number: number, result: RequestResult): void
  closeAll(): void
}

export function createRequests(): Requests {
  const open = new Map<number, Request>()
  const asked = new Map<string, Promise<RequestResult>>()
  let next = 1
  return {
    async open(question, ask) {
      const name = `${question.kind}/${question.conversation}/${question.page}`
      const known = asked.get(name)
      if (known !== undefined) return known
      const number = next
      next += 1
      const promise = new Promise<RequestResult>((resolve) => {
        open.set(number, {
          ...question,
          number,
          rows: [],
          done: (result) => {
            asked.delete(name)
            resolve(result)
          },
        })
      })
      asked.set(name, promise)
      ask(number)
      return promise
    },
    find: (number) => open.get(number),
    close(number, result) {
      const request = open.get(number)
      open.delete(number)
      request?.done(result)
    },
    closeAll() {
      for (const request of open.values()) request.done('offline')
      open.clear()
    },
  }
}

export const offline = (): ParleyError =>
  new ParleyError('OFFLINE', 'This needs the relay, and there is no connection.')

export function tooManyWatched(): ParleyError {
  return new ParleyError(
    'bad-argument',
    `At most ${maxUsersPerRequest} users are watched at a time: stop watching those who are not shown.`,
  )
}
