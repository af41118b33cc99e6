/** A device that is asked how far its user has got, and hears how far others have. */
import type { ConversationId, UserId } from '@parley/document'
import type { EntryRow, MemberMark } from '@parley/wire'
import { startDevice, type TestDevice, type TestDeviceOptions } from './device.test-kit.ts'
import { createScript, type Script } from './script.test-kit.ts'
import { conversationId, entryId, jerry, mary, tom } from './values.test-kit.ts'

export const lunch: ConversationId = conversationId(1)

export interface Scene {
  readonly device: TestDevice
  readonly script: Script
}

/** Tom, Mary and Jerry have lunch; the device is Tom's, and connected. */
export async function scene(
  options: TestDeviceOptions = {},
  members: readonly UserId[] = [tom, mary],
): Promise<Scene> {
  const script = createScript(lunch, { by: jerry, members, reader: tom })
  const device = await startDevice(options)
  await device.connect({ news: [script.news()] })
  device.sent()
  device.events.splice(0)
  return { device, script }
}

/** A message that asks for a receipt. */
export function asks(script: Script, from: UserId = mary): EntryRow {
  return script.write({
    id: entryId(700 + script.seq),
    from,
    sentAt: 5,
    type: -1,
    text: 'got it?',
    receipt: true,
  })
}

/** Delivered and read of each frame of marks that left since last asked. */
export function marksOf(device: TestDevice): readonly (readonly number[])[] {
  return device.sent().flatMap((frame) => (frame.frame === 'marks' ? [[frame.delivered, frame.read]] : []))
}

export async function hear({ device }: Scene, ...marks: readonly MemberMark[]): Promise<void> {
  await device.say({ frame: 'marks', conversation: lunch, marks })
}

export const reached = (user: string, delivered: number, read: number, time = 5000): MemberMark => ({
  user,
  delivered,
  read,
  time,
})
