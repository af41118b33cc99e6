/** An id of this installation's own, by chance. */
import { parseDeviceId } from '@parley/document'
import type { DeviceId } from '@parley/document'
import { assert } from './assert.ts'
import type { Ports } from './ports.ts'

export function newDevice({ random }: Pick<Ports, 'random'>): DeviceId {
  const digits = [...random(16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const device = parseDeviceId(digits)
  assert(device !== undefined, 'sixteen bytes make a device id')
  return device
}
