/** What tests of people's rows do and look at. */
import type { Any, CommandVerdict, OwnRow, RelayFrame } from '@parley/wire'
import type { TestDevice } from './test-device.ts'
import { commanded } from './test-lunch.ts'

/** A command of a person, and its verdict. */
export async function said(device: TestDevice, command: Any, id?: string): Promise<CommandVerdict> {
  return commanded(device, '', command, id)
}

export const blocking = (...users: readonly string[]): Any => ({ op: 'block', users })
export const unblocking = (...users: readonly string[]): Any => ({ op: 'unblock', users })
export const contact = (act: string, user: string): Any => ({ op: 'contact', act, user })
export const setting = (conversation: string, more: Readonly<Record<string, Any>>): Any => ({
  op: 'setting',
  conversation,
  ...more,
})

/** Rows of his own that a device has been sent by these frames, the later in the place of the earlier. */
export function ownRows(frames: readonly RelayFrame[]): ReadonlyMap<string, OwnRow> {
  const rows = new Map<string, OwnRow>()
  for (const frame of frames) {
    if (frame.frame !== 'own') continue
    for (const row of frame.rows) rows.set(`${row.kind}/${row.key}`, row)
  }
  return rows
}

/** As they are kept by a device that drops what is gone: `kind/key`, sorted. */
export function kept(frames: readonly RelayFrame[]): readonly string[] {
  return [...ownRows(frames)]
    .filter(([, { value }]) => value !== null)
    .map(([key]) => key)
    .toSorted()
}
