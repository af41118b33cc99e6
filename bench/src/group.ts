/** A conversation of a running relay with all its members connected, and the proof that everybody has everything. */
import type { ConversationId, UserId } from '@parley/document'
import { decodeRelayFrame } from '@parley/wire'
import { type Device, type DeviceOptions, openDevice } from './device.ts'
import { someConversation, someDevice, someEntryId, userOf } from './people.ts'
import type { RelayProcess } from './relay-process.ts'
import { pause } from './waiting.ts'

export interface Group {
  readonly conversation: ConversationId
  /** The creator first. */
  readonly devices: readonly Device[]
}

export type Listeners = Pick<DeviceOptions, 'onAnswer' | 'onRows'>

export interface GroupOptions {
  readonly relay: RelayProcess
  readonly name: string
  readonly members: number
  /** Members who are not connected by this. */
  readonly guests?: readonly UserId[]
  /** What a member does with what it hears, by its place in the group. */
  readonly listeners?: (place: number) => Listeners
}

export async function openGroup(options: GroupOptions): Promise<Group> {
  const { relay, name, members, guests = [], listeners = () => ({}) } = options
  const [creator = userOf(name), ...others] = Array.from({ length: members }, (_, place) =>
    userOf(`${name}-${place}`),
  )
  const first = await open(relay, creator, listeners(0))
  const conversation = someConversation()
  const answer = await first.command({
    frame: 'command',
    conversation,
    id: someEntryId(),
    command: {
      op: 'create',
      kind: 'group',
      unique: false,
      members: [...others, ...guests],
      name,
      attributes: {},
    },
  })
  if (answer.verdict.class !== 'accepted') {
    throw new Error(`no conversation was made: ${JSON.stringify(answer.verdict)}`)
  }
  const devices = [first]
  for (const [index, user] of others.entries()) {
    devices.push(await open(relay, user, listeners(index + 1)))
  }
  return { conversation, devices }
}

export async function open(relay: RelayProcess, user: UserId, listeners: Listeners = {}): Promise<Device> {
  const token = await relay.token(user)
  return openDevice({ port: relay.port, user, device: someDevice(), token, ...listeners })
}

const arriveMs = 30_000

/**
 * Waits until every member has had every row, and asks the relay, as a device that knows nothing, how many messages it
 * holds: answers that number. A run whose messages did not arrive measures nothing. Rule BE2.
 */
export async function checkDelivered(relay: RelayProcess, group: Group): Promise<number> {
  const [creator] = group.devices
  if (creator === undefined) throw new Error('a group has a member')
  const asker = await open(relay, creator.user)
  const news = asker.syncs
    .flatMap((sync) => sync.news)
    .find(({ conversation }) => conversation === group.conversation)
  await asker.close()
  if (news === undefined) throw new Error('the relay does not know the conversation any more')
  for (const device of group.devices) await arrived(device, news.seq)
  return news.total
}

async function arrived(device: Device, seq: number): Promise<void> {
  const until = performance.now() + arriveMs
  while (lastSeqOf(device) < seq) {
    if (device.lateSyncs > 1) throw new Error(`${device.user} fell behind: the driver is too slow`)
    if (performance.now() > until) throw new Error(`${device.user} has row ${lastSeqOf(device)} of ${seq}`)
    await pause(10)
  }
  // The first row made the conversation: the creator had it as news, the others with their first catch-up.
  if (device.rows !== seq - 1) throw new Error(`${device.user} had ${device.rows} rows of ${seq - 1}`)
}

function lastSeqOf(device: Device): number {
  if (device.lastRows.length === 0) return 1
  const decoded = decodeRelayFrame(device.lastRows)
  if (!decoded.ok || decoded.frame.frame !== 'rows') throw new Error('a frame of rows cannot be read')
  return decoded.frame.rows.at(-1)?.seq ?? 0
}
