/**
 * The head as a Yjs document: a root map `head` that holds the maps `info`, `members` and `attributes`. Rules DO41 to DO44.
 *
 * Only the relay writes it, under a client id of its own, so that the later change always wins; everybody reads it.
 * After `applyChange` the document reads as `changeHead` says.
 */
import * as Y from 'yjs'
import { changeHead, createdHead, memberChanges } from './change-head.ts'
import type { JsonValue } from '../entry/entry.ts'
import type { Change, Head, HeadInfo, Member } from './head.ts'
import { parseUserId, type UserId } from '../ids.ts'
import { isFields, isJson } from '../entry/json.ts'
import { maxDepth } from '../limits.ts'

const mapNames = ['info', 'members', 'attributes'] as const
type MapName = (typeof mapNames)[number]

/** undefined where there is no head, or none of a form known here. */
export function readHead(doc: Y.Doc): Head | undefined {
  const info = readInfo(innerMap(doc, 'info'))
  const members = readMembers(innerMap(doc, 'members'))
  const attributes = innerMap(doc, 'attributes')
  if (info === undefined || members === undefined || attributes === undefined) return undefined
  const values = new Map<string, JsonValue>()
  for (const [key, value] of attributes.entries()) {
    if (!isJson(value, maxDepth)) return undefined
    values.set(key, value)
  }
  return { info, members, attributes: values }
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
    if (change.op === 'page') {
      existingMap(doc, 'info').set('pages', changeHead(before, change, time).info.pages)
      return
    }
    const { put, drop } = memberChanges(before, change, time)
    const members = existingMap(doc, 'members')
    for (const user of drop) members.delete(user)
    for (const [user, member] of put) members.set(user, { ...member })
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
  root.set('info', new Y.Map(Object.entries(head.info)))
  root.set('members', new Y.Map([...head.members].map(([user, member]) => [user, { ...member }])))
  root.set('attributes', new Y.Map(head.attributes.entries()))
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

function readInfo(map: Y.Map<unknown> | undefined): HeadInfo | undefined {
  if (map === undefined) return undefined
  const kind = map.get('kind')
  const name = map.get('name')
  const creator = parseUserId(map.get('creator'))
  const createdAt = map.get('createdAt')
  const unique = map.get('unique')
  const pages = map.get('pages')
  if (kind !== 'group' && kind !== 'direct') return undefined
  if ((name !== null && typeof name !== 'string') || creator === undefined) return undefined
  if (typeof createdAt !== 'number' || typeof unique !== 'boolean' || typeof pages !== 'number')
    return undefined
  return { kind, name, creator, createdAt, unique, pages }
}

function readMembers(map: Y.Map<unknown> | undefined): ReadonlyMap<UserId, Member> | undefined {
  if (map === undefined) return undefined
  const members = new Map<UserId, Member>()
  for (const [key, value] of map.entries()) {
    const user = parseUserId(key)
    const member = readMember(value)
    if (user === undefined || member === undefined) return undefined
    members.set(user, member)
  }
  return members
}

function readMember(value: unknown): Member | undefined {
  if (!isFields(value)) return undefined
  const { role, joinedAt, invitedBy } = value
  if ((role !== 'owner' && role !== 'member') || typeof joinedAt !== 'number') return undefined
  if (invitedBy === null) return { role, joinedAt, invitedBy }
  const inviter = parseUserId(invitedBy)
  return inviter === undefined ? undefined : { role, joinedAt, invitedBy: inviter }
}
