/** Whom a command is about. */
import { type DeviceId, parseDeviceId, parseUserId, type UserId } from '@parley/document'
import type { Values } from './parse.ts'
import { Wrong } from './wrong.ts'

/** `missing`: what to say when nobody is named. */
export function readUser(values: Values, missing: string): UserId {
  const name = values.text('user')
  if (name === undefined) throw new Wrong(missing)
  const user = parseUserId(name)
  if (user === undefined) {
    throw new Wrong(`"${name}" is no user id: 1 to 64 characters of A-Z a-z 0-9 _ - . @ and colon.`)
  }
  return user
}

export function readDevice(values: Values): DeviceId | undefined {
  const text = values.text('device')
  if (text === undefined) return undefined
  const device = parseDeviceId(text)
  if (device === undefined) throw new Wrong(`"${text}" is no device id: 32 of the digits 0-9 and a-f.`)
  return device
}
