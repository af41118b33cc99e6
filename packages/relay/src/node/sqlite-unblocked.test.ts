import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ownRows } from '../testing/person-calls.ts'
import { createTestDevice, settle } from '../testing/test-device.ts'
import { commanded, createTestLunch } from '../testing/test-lunch.ts'
import { createTestRelay } from '../testing/test-relay.ts'
import { checkRelayData } from './check-relay-data.ts'
import { openSqliteRelayStore } from './sqlite-store.ts'

test('[RE185] [RE186] what somebody is told of his unblocking is on the disk: the next process tells it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'parley-relay-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  const store = await openSqliteRelayStore({ directory })
  const { relay, tom, mary, conversation, clock } = await createTestLunch({ wrap: () => store })
  const cursor = store.position
  mary.connection.closed()
  const members = ['Mary', 'Eve']
  await commanded(tom, conversation, { op: 'block', members })
  await commanded(tom, conversation, { op: 'unblock', members })
  await commanded(tom, conversation, { op: 'block', members: ['Eve'] })
  await relay.drain()
  await store.close()
  expect(checkRelayData(directory).problems).toEqual([])
  const again = await openSqliteRelayStore({ directory })
  onTestFinished(async () => again.close())
  const next = createTestRelay({ wrap: () => again })
  const told = async (user: string): Promise<unknown> => {
    const device = createTestDevice(next.relay, { user, device: 2, epoch: again.epoch, cursor })
    await settle()
    expect(device.frames.at(-1)).toMatchObject({ frame: 'sync', more: false, cursor: again.position })
    return ownRows(device.frames).get('unblocked/')?.value
  }
  expect(await told('Mary')).toEqual({ conversations: [{ id: conversation, by: 'Tom', time: clock.time }] })
  expect(await told('Eve')).toBeNull()
  expect(next.faults).toEqual([])
})
