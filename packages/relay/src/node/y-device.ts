/** The devices of stock Yjs tools, which have none. Rule RE210. */
import { createHash } from 'node:crypto'
import { type DeviceId, parseDeviceId, type UserId } from '@parley/document'

/** Of one socket. */
export function socketDevice(random: (count: number) => Uint8Array): DeviceId {
  return deviceOf(random(16))
}

/**
 * That writes for all stock tools of a user, always the same: a client id is bound to the device that used it first, and
 * a document that comes back offers what it wrote under the ids of before.
 */
export function stockDevice(user: UserId): DeviceId {
  return deviceOf(createHash('sha256').update(`parley stock 1\n${user}`).digest().subarray(0, 16))
}

function deviceOf(bytes: Uint8Array): DeviceId {
  const device = parseDeviceId(Buffer.from(bytes).toString('hex'))
  if (device === undefined) throw new Error('16 bytes make a device id')
  return device
}
