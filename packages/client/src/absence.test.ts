import { type Command, forever } from '@parley/document'
import { uniqueConversationId } from '@parley/document/commands'
import { expect, test } from 'vitest'
import { startDevice } from './testing/device.test-kit.ts'
import { aheadOfBackup, backup, compare, day, limits, meetRestored } from './testing/restored.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import {
  codeOf,
  conversationId,
  jerry,
  mary,
  pushed,
  texts,
  textOf,
  tom,
  user,
} from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const text = (words: string) => ({ type: -1, text: words })

test('[CL67] a conversation that a new epoch does not know keeps its lane waiting, and what is held, until it appears again', async () => {
  const { device } = await aheadOfBackup()
  await device.engine.send(lunch, text('waits'))
  await meetRestored(device)
  expect(device.sent().filter(({ frame }) => frame !== 'hello')).toEqual([])
  const held = async () =>
    (await device.engine.inspect(lunch)).pages.slice(1).map(({ updates }) => updates.length)
  expect(await held()).toEqual([1, 3])
  await device.pass(day)
  expect(texts(device.sent())).toEqual([])
  // Its maker has made it again.
  const again = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  await device.say({ frame: 'sync', cursor: 60, frames: 0, full: false, more: false, news: [again.news()] })
  await compare(device, again)
  expect(texts(device.sent())).toEqual(['three', 'four', 'waits'])
})

test('[CL67] in the end what waits is judged as it is', async () => {
  const { device } = await aheadOfBackup()
  await device.engine.send(lunch, text('waits'))
  await meetRestored(device)
  await device.pass(7 * day + 1)
  await device.engine.setDraft(lunch, { type: -1, text: 'x' })
  const [first] = pushed(device.sent())
  expect(textOf(first?.entry)).toBe('three')
})

test('[CL67] its creation does not wait, nor is it left to the device that once made it', async () => {
  const unique = uniqueConversationId('group', [tom, jerry])
  for (const [id, creator] of [
    [lunch, tom],
    [unique, jerry],
  ] as const) {
    const device = await startDevice({ limits })
    const script = createScript(id, {
      by: creator,
      members: [creator === tom ? jerry : tom],
      reader: tom,
      unique: id === unique,
    })
    await device.connect({ news: [script.news()] })
    await device.cut()
    await device.pass(40_000)
    device.sent()
    await meetRestored(device)
    const command = device.sent().find((frame) => frame.frame === 'command')
    expect(command).toMatchObject({ conversation: id, command: { op: 'create', members: [jerry] } })
  }
})

test('[CL67] a creation that is offered again counts as its user’s, once he asks for the same', async () => {
  const id = uniqueConversationId('group', [tom, jerry])
  const device = await startDevice({ limits })
  const script = createScript(id, { by: tom, members: [jerry], reader: tom, unique: true })
  await device.connect({ news: [script.news()] })
  await device.cut()
  await device.pass(40_000)
  device.sent()
  await meetRestored(device)
  const command = device.sent().find((frame) => frame.frame === 'command')
  if (command?.frame !== 'command') throw new Error('nothing was offered')
  const wanted: Command = {
    op: 'create',
    kind: 'group',
    unique: true,
    members: [jerry],
    name: null,
    attributes: {},
  }
  const { confirmed } = await device.engine.command(id, wanted)
  const verdict = { class: 'refused', code: 'removed', detail: 'by invitation only' } as const
  await device.say({ frame: 'command-answer', conversation: id, id: command.id, verdict })
  expect(await codeOf(confirmed)).toBe('removed')
  expect(device.engine.unsent()).toMatchObject([{ id: command.id, state: 'refused' }])
})

test('[CL68] a return after an absence compares the pages held from before', async () => {
  const device = await startDevice({ limits })
  const script = backup()
  await device.connect({ news: [script.news()] })
  await device.say(script.frame(script.change({ op: 'removed', by: jerry, members: [tom] })))
  script.text(jerry, 'behind his back')
  const again = script.change({ op: 'added', by: jerry, members: [tom] })
  device.sent()
  await device.say({
    frame: 'sync',
    cursor: 60,
    frames: 0,
    full: false,
    more: false,
    news: [script.news({ joinedSeq: again.seq, invitedBy: 'Jerry' })],
  })
  await compare(device, script)
  expect((await device.engine.inspect(lunch)).pages.slice(1)).toMatchObject([
    { page: 1, held: 2, known: 2 },
    { page: 2, held: 0, known: 6 },
  ])
})

test('[CL67] made again it has its policy, icon, roles, mutes and blocks', async () => {
  const device = await startDevice({ limits })
  const script = createScript(lunch, { by: tom, members: [jerry, mary], reader: tom })
  const spike = user('Spike')
  script.change({ op: 'updated', by: tom, name: 'Lunch', icon: 'i', policy: { speak: 'managers' } })
  script.change({ op: 'role', by: tom, members: [jerry], role: 'manager' })
  script.change({ op: 'muted', by: tom, members: [mary], until: forever })
  script.change({ op: 'muted', by: tom, members: [jerry], until: 1_100_000 })
  script.change({ op: 'blocked', by: tom, members: [spike], left: [] })
  await device.connect({ news: [script.news()] })
  await device.cut()
  await device.pass(40_000)
  device.sent()
  await meetRestored(device)
  expect(device.engine.unsent().map(({ command, offered }) => ({ ...command, offered }))).toEqual([
    {
      op: 'create',
      kind: 'group',
      unique: false,
      members: [jerry, mary],
      name: 'Lunch',
      attributes: {},
      icon: 'i',
      policy: { speak: 'managers' },
      offered: true,
    },
    { op: 'role', members: [jerry], role: 'manager', offered: true },
    { op: 'mute', members: [mary], forMs: null, offered: true },
    { op: 'mute', members: [jerry], forMs: 60_000, offered: true },
    { op: 'block', members: [spike], offered: true },
  ])
  // The rest waits until the relay knows it.
  expect(device.sent().flatMap((frame) => (frame.frame === 'command' ? [frame.command] : []))).toMatchObject([
    { op: 'create' },
  ])
})
