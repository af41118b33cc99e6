import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createPen } from '../testing/pen.ts'
import { testUser } from '../testing/test-device.ts'
import { testToken } from './server.test-kit.ts'
import { membershipEndedCode } from './y-reader.ts'
import { type Scene, type Stock, stage, synced, texts } from './y-stage.test-kit.ts'

async function closing({ provider }: Stock): Promise<unknown> {
  return new Promise((resolve) => {
    provider.once('closed', resolve)
  })
}

/** The status a socket for a page is answered with. */
async function statusOf({ server, conversation }: Scene, user: string, page: number): Promise<number> {
  const token = await testToken(user)
  const socket = new WebSocket(`${server.ws}/y/c/${conversation}/${page}`, ['parley.y1', `token.${token}`])
  return new Promise((resolve) => {
    socket.on('error', () => undefined)
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0)
    })
  })
}

test('[RE116] an edit follows at once, and the edit it replaces is deleted, for who comes later too', async () => {
  const scene = await stage()
  const { conversation, provide, push, pen } = scene
  const message = pen.text('one')
  await push([message.update, pen.edit(message.id, 'two').update])
  const early = await provide('Mary', `c/${conversation}/1`)
  await synced(early)
  expect(texts(early.doc)).toEqual(['one', 'two'])
  await push([pen.edit(message.id, 'three').update])
  await early.when((doc) => texts(doc).includes('three'))
  expect(texts(early.doc)).toEqual(['one', 'three'])
  const late = await provide('Mary', `c/${conversation}/1`)
  await synced(late)
  expect(texts(late.doc)).toEqual(['one', 'three'])
  await push([pen.recall(message.id).update])
  await late.when((doc) => texts(doc).includes('recall'))
  expect(texts(late.doc)).toEqual(['recall'])
})

test('[RE117] who is blocked is let go as who is removed is', async () => {
  const { conversation, provide, push, pen, command, tom } = await stage()
  await push([pen.text('one').update])
  const page = await provide('Mary', `c/${conversation}/1`)
  await synced(page)
  const closed = closing(page)
  await command(tom, { op: 'mute', members: ['Mary'], forMs: 1 })
  await command(tom, { op: 'update', name: 'Dinner' })
  await command(tom, { op: 'block', members: ['Mary', 'Eve'] })
  await push([pen.text('two').update])
  expect(await closed).toEqual({ code: membershipEndedCode, reason: 'membership-ended' })
  expect(texts(page.doc)).toEqual(['one'])
})

test('[RE131] a hidden page is none to a stock tool, and who reads on hears nothing of it', async () => {
  const scene = await stage()
  const { conversation, provide, push, pen, command, tom } = scene
  await command(tom, { op: 'update', policy: { past: 'hidden' } })
  const old = pen.text('before')
  await push([old.update])
  await command(tom, { op: 'add', members: ['Ada'] })
  expect([await statusOf(scene, 'Ada', 1), await statusOf(scene, 'Ada', 2)]).toEqual([404, 101])
  expect(await statusOf(scene, 'Mary', 1)).toBe(101)
  const page = await provide('Ada', `c/${conversation}/2`)
  await synced(page)
  const next = createPen({ user: testUser('Tom'), client: 9 })
  await push([pen.edit(old.id, 'changed').update], 1)
  await push([next.text('after').update], 2)
  await page.when((doc) => texts(doc).length > 0)
  expect(texts(page.doc)).toEqual(['after'])
})

test('[RE131] who is removed and comes back at once, to see less, is let go', async () => {
  const { conversation, provide, push, pen, command, tom } = await stage()
  await push([pen.text('one').update])
  const page = await provide('Mary', `c/${conversation}/1`)
  await synced(page)
  await command(tom, { op: 'update', policy: { past: 'hidden' } })
  const closed = closing(page)
  // Both in one turn.
  for (const [index, op] of ['remove', 'add'].entries()) {
    const id = `${'0'.repeat(19)}z${80 + index}`
    tom.send({ frame: 'command', conversation, id, command: { op, members: ['Mary'] } })
  }
  expect(await closed).toMatchObject({ code: membershipEndedCode })
})
