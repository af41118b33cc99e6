/**
 * What an app sets on a conversation and saves together: its name, its icon, its attributes by path. What is set is shown
 * by `get` until it is saved, and after that by the engine; what is refused at once is shown no more. Rules CL173, CL174.
 */
import type { Command, ConversationId, JsonObject, JsonValue } from '@parley/document'
import type { Changed, ConversationHost } from './host.ts'
import { badArgument, isJsonObject, isText, jsonOf, lineOf, quoted, reaching } from './json.ts'

type Update = Extract<Command, { readonly op: 'update' }>

/** Of one path: its new value, or that it is gone. */
type Set = { readonly value: JsonValue } | null

/** What was set since the last save, or with one save that is under way. */
interface Layer {
  name?: string | null
  icon?: string | null
  readonly attributes: Map<string, Set>
}

export interface ConversationInfo {
  get(key: string): JsonValue | undefined
  set(key: string, value: unknown): void
  unset(key: string): void
  save(): Promise<Changed>
}

export function createConversationInfo(host: ConversationHost, id: ConversationId): ConversationInfo {
  const { engine } = host
  let pending = emptyLayer()
  /** In the order of their saves; a layer is shown until the engine shows it. */
  let saving: readonly Layer[] = []

  function layers(): readonly Layer[] {
    return [...saving, pending]
  }

  function line(key: 'name' | 'icon'): string | null {
    const layer = layers().findLast((one) => one[key] !== undefined)
    return layer?.[key] ?? (layer === undefined ? (engine.conversation(id)?.[key] ?? null) : null)
  }

  function attributeOf(path: string): JsonValue | undefined {
    const [top = '', ...rest] = path.split('.')
    let value = engine.peekHead(id)?.attributes.get(top)
    for (const { attributes } of layers()) {
      for (const [other, change] of attributes) {
        const [otherTop, ...otherRest] = other.split('.')
        if (otherTop === top) value = changed(value, otherRest, change)
      }
    }
    return dig(value, rest)
  }

  return {
    get(key) {
      if (key === 'name' || key === 'icon') return line(key)
      return attributeOf(attributePath(key))
    },
    set(key, value) {
      if (key === 'name' || key === 'icon') pending[key] = lineOf(value, key)
      else put(pending, attributePath(key), { value: jsonOf(value, `The attribute “${key}”`) })
    },
    unset(key) {
      if (key === 'name' || key === 'icon') pending[key] = null
      else put(pending, attributePath(key), null)
    },
    async save() {
      const layer = pending
      const command = updateOf(layer)
      if (command === undefined) return { confirmed: Promise.resolve() }
      pending = emptyLayer()
      saving = [...saving, layer]
      try {
        const { confirmed } = await engine.command(id, command)
        return { confirmed }
      } finally {
        saving = saving.filter((one) => one !== layer)
      }
    },
  }
}

function emptyLayer(): Layer {
  return { attributes: new Map() }
}

/** `attr.seat.row` → `seat.row` */
function attributePath(key: string): string {
  const path = isText(key) ? /^attr\.(.+)$/su.exec(key)?.[1] : undefined
  if (path === undefined || path.split('.').some((one) => one === '' || reaching.has(one)))
    throw badArgument(
      `${quoted(key)} is neither name nor icon nor an attribute: those are called attr.<key>.`,
    )
  return path
}

/** No path of an update reaches into another one of it: the relay would have to ask which came first. */
function put({ attributes }: Layer, path: string, change: Set): void {
  for (const other of attributes.keys()) {
    if (other === path || other.startsWith(`${path}.`)) attributes.delete(other)
  }
  for (const [other, above] of attributes) {
    if (!path.startsWith(`${other}.`)) continue
    const value = changed(above?.value, path.slice(other.length + 1).split('.'), change)
    attributes.set(other, value === undefined ? null : { value })
    return
  }
  attributes.set(path, change)
}

function updateOf({ name, icon, attributes }: Layer): Update | undefined {
  const set: [string, JsonValue][] = []
  const unset: string[] = []
  for (const [path, change] of attributes) {
    if (change === null) unset.push(path)
    else set.push([path, change.value])
  }
  if (name === undefined && icon === undefined && attributes.size === 0) return undefined
  return {
    op: 'update',
    ...(name === undefined ? undefined : { name }),
    ...(icon === undefined ? undefined : { icon }),
    ...(set.length === 0 ? undefined : { set: Object.fromEntries(set) }),
    ...(unset.length === 0 ? undefined : { unset }),
  }
}

/** The value with one path in it set or taken out. What stands in the way of a path gives way to it. */
function changed(value: JsonValue | undefined, path: readonly string[], change: Set): JsonValue | undefined {
  const [key, ...rest] = path
  if (key === undefined) return change?.value
  const object: JsonObject | undefined = isJsonObject(value) ? value : undefined
  if (object === undefined && change === null) return value
  const inner = changed(dig(object, [key]), rest, change)
  const others = Object.entries(object ?? {}).filter(([other]) => other !== key)
  return Object.fromEntries(inner === undefined ? others : [...others, [key, inner]])
}

function dig(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let found = value
  for (const key of path) {
    found = isJsonObject(found) && Object.hasOwn(found, key) ? found[key] : undefined
  }
  return found
}
