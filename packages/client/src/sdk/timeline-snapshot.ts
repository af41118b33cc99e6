/** What a timeline shows, for comparing by identity: what looks as before is the same object. Rule CL216. */
import type { MessageView } from '../engine-types.ts'
import type { Message } from './message.ts'

export interface Snapshot {
  readonly messages: readonly Message[]
  /** Answers whether anything looks different now. */
  show(views: readonly MessageView[]): boolean
}

interface Shown {
  readonly view: MessageView
  readonly message: Message
}

export function createSnapshot(make: (view: MessageView) => Message): Snapshot {
  let shown: ReadonlyMap<string, Shown> = new Map()
  let messages: readonly Message[] = Object.freeze([])

  return {
    get messages() {
      return messages
    },
    show(views) {
      const next = views.map((view): Shown => {
        const known = shown.get(view.id)
        return known !== undefined && isSame(known.view, view) ? known : { view, message: make(view) }
      })
      const changed =
        next.length !== messages.length || next.some(({ message }, at) => message !== messages[at])
      if (!changed) return false
      shown = new Map(next.map((one) => [one.view.id, one]))
      messages = Object.freeze(next.map(({ message }) => message))
      return true
    },
  }
}

/** Views are made of plain JSON values. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const own = Object.entries(a)
  const others = new Map(Object.entries(b))
  return (
    own.length === others.size &&
    own.every(([key, value]) => others.has(key) && isSame(value, others.get(key)))
  )
}
