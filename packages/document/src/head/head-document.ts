/**
 * The head as a Yjs document: a root map `head` that holds the maps `info`, `members`, `attributes`, `muted` and
 * `blocked`. Rules DO41 to DO44 and DO81.
 *
 * Only the relay writes it, under a client id of its own, so that the later change always wins; everybody reads it.
 * After `applyChange` the document reads as `changeHead` says.
 */
import * as Y from 'yjs'
import { headChanges, type MapChange } from './change-head.ts'
import { createdHead } from './open-head.ts'
import type { Change, Head, HeadInfo } from './head.ts'
import { headOf, type MapName, mapNames } from './head-values.ts'
import { policyDifference } from './policy.ts'

/** undefined where there is no head, or none of a form known here. */
export function readHead(doc: Y.Doc): Head | undefined {
  return headOf((name) => innerMap(doc, name))
}

/** One transaction. The caller has set `doc.clientID` and catches the update. */
export function applyChange(doc: Y.Doc, change: Change, time: number): void {
  const before = readHead(doc)
  doc.transact(() => {
    if (change.op === 'created') {
      writeHead(doc, createdHead(before, change, time))
      return
    }
    if (before === undefined)
      throw new Error(`a conversation that does not exist cannot be changed: ${change.op}`)
    const { info, members, attributes, muted, blocked } = headChanges(before, change, time)
    if (info !== undefined) writeInfo(existingMap(doc, 'info'), info)
    writeMap(doc, 'members', members, (member) => ({ ...member }))
    writeMap(doc, 'attributes', attributes)
    writeMap(doc, 'muted', muted)
    writeMap(doc, 'blocked', blocked)
  })
}

/**
 * Replaces an inner map that holds far more history than values by a fresh one: Yjs then joins the old items into one.
 * Answers whether it did. Call it after changes, under the relay's client id; the update goes to everybody.
 */
export function compactHeadMaps(doc: Y.Doc): boolean {
  const grown = mapNames.filter((name) => {
    const map = innerMap(doc, name)
    return map !== undefined && countItems(map) > 4 * map.size + 256
  })
  if (grown.length === 0) return false
  doc.transact(() => {
    for (const name of grown) doc.getMap('head').set(name, new Y.Map(existingMap(doc, name).entries()))
  })
  return true
}

/** Every value a key ever had is an item, the older ones left of the newer. */
function countItems(map: Y.Map<unknown>): number {
  let count = 0
  // Yjs offers no count of its own; `_map` is declared in its types.
  // oxlint-disable-next-line eslint/no-underscore-dangle
  for (const newest of map._map.values()) {
    for (let item: Y.Item | null = newest; item !== null; item = item.left) count += 1
  }
  return count
}

function writeHead(doc: Y.Doc, head: Head): void {
  const root = doc.getMap('head')
  root.set('info', new Y.Map(storedInfo(head.info)))
  root.set('members', new Y.Map([...head.members].map(([user, member]) => [user, { ...member }])))
  root.set('attributes', new Y.Map(head.attributes.entries()))
  root.set('muted', new Y.Map(head.muted.entries()))
  root.set('blocked', new Y.Map(head.blocked.entries()))
}

function writeInfo(map: Y.Map<unknown>, info: Partial<HeadInfo>): void {
  for (const [key, value] of storedInfo(info)) map.set(key, value)
}

/** Of the policy only what differs from the ordinary one. */
function storedInfo(info: Partial<HeadInfo>): readonly (readonly [string, unknown])[] {
  const { policy, ...rest } = info
  const stored = policy === undefined ? rest : { ...rest, policy: policyDifference(policy) }
  return Object.entries(stored)
}

function writeMap<V>(
  doc: Y.Doc,
  name: MapName,
  change: MapChange<string, V> | undefined,
  stored: (value: V) => unknown = (value) => value,
): void {
  if (change === undefined) return
  const map = existingMap(doc, name)
  for (const key of change.drop) map.delete(key)
  for (const [key, value] of change.put) map.set(key, stored(value))
}

function innerMap(doc: Y.Doc, name: MapName): Y.Map<unknown> | undefined {
  const map = doc.getMap('head').get(name)
  return map instanceof Y.Map ? map : undefined
}

function existingMap(doc: Y.Doc, name: MapName): Y.Map<unknown> {
  const map = innerMap(doc, name)
  if (map === undefined) throw new Error(`the head has no map ${name}`)
  return map
}
