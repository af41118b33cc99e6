/**
 * Queues side by side, emptied in rotation: whoever has had his turn stands behind all the others. Within a queue the order
 * is that in which things came.
 */
export interface Rotation<Key, Item> {
  readonly size: number
  add(key: Key, item: Item): void
  /** Takes the first one wanted of the first queue that has one; that queue is the last then. */
  take(wanted?: (item: Item) => boolean): Item | undefined
  /** What `take` would take. */
  peek(wanted?: (item: Item) => boolean): Item | undefined
  /** Takes one after the other as `judge` says, which sees the first of each queue in turn. A queue that is passed over stays where it is. */
  takeWhile(judge: (item: Item) => 'take' | 'pass' | 'stop'): readonly Item[]
  /** Before everything else, in this order; their queues come first again. */
  putBack(items: readonly (readonly [Key, Item])[]): void
  clear(): void
}

export function createRotation<Key, Item>(): Rotation<Key, Item> {
  // A map is walked in the order in which its keys came in.
  let queues = new Map<Key, Item[]>()
  let size = 0

  const find = (wanted: (item: Item) => boolean): readonly [Key, Item[], number] | undefined => {
    for (const [key, queue] of queues) {
      const index = queue.findIndex(wanted)
      if (index >= 0) return [key, queue, index]
    }
    return undefined
  }

  return {
    get size() {
      return size
    },
    add(key, item) {
      const queue = queues.get(key)
      if (queue === undefined) queues.set(key, [item])
      else queue.push(item)
      size += 1
    },
    take(wanted = any) {
      const found = find(wanted)
      if (found === undefined) return undefined
      const [key, queue, index] = found
      const [item] = queue.splice(index, 1)
      queues.delete(key)
      if (queue.length > 0) queues.set(key, queue)
      size -= 1
      return item
    },
    peek(wanted = any) {
      const found = find(wanted)
      return found?.[1][found[2]]
    },
    takeWhile(judge) {
      const taken: Item[] = []
      const passed: [Key, Item[]][] = []
      const line = [...queues]
      let walked = 0
      for (const entry of line) {
        const [, queue] = entry
        const [item] = queue
        if (item === undefined) throw new Error('a queue without an item is no queue')
        const verdict = judge(item)
        if (verdict === 'stop') break
        walked += 1
        if (verdict === 'pass') passed.push(entry)
        else {
          taken.push(item)
          queue.shift()
          // Walked to again, behind all the others.
          if (queue.length > 0) line.push(entry)
        }
      }
      queues = new Map([...passed, ...line.slice(walked)])
      size -= taken.length
      return taken
    },
    putBack(items) {
      const first = new Map<Key, Item[]>()
      for (const [key, item] of items) first.set(key, [...(first.get(key) ?? []), item])
      const rest = queues
      queues = new Map()
      for (const [key, queue] of first) queues.set(key, [...queue, ...(rest.get(key) ?? [])])
      for (const [key, queue] of rest) if (!queues.has(key)) queues.set(key, queue)
      size += items.length
    },
    clear() {
      queues.clear()
      size = 0
    },
  }
}

const any = (): boolean => true
