import { parseDeviceId } from '@parley/document'
import { encodeDeviceFrame, failureFrame, protocolVersion, type RelayFrame } from '@parley/wire'
import { expect, test } from 'vitest'
import { checkSignals, checkUnstored } from './check-signals.ts'
import { createCounters } from './counters.ts'
import { arrange, command, create, say } from './deeds.ts'
import { checkSignal } from './frame-checks.ts'
import { gather } from './gather.ts'
import { checkKept, checkTags } from './heal-tags.ts'
import type { Heard } from './journal.ts'
import { sayTransient, signIn, type, watchPresence } from './live-deeds.ts'
import { emptyLog } from './log.ts'
import { probe } from './probe.ts'
import { openStage, said, type Stage } from './stage.ts'
import { createTagWatch, type TagWatch } from './tag-watch.ts'

const signals = new Set(['signals'] as const)

function last(heard: readonly Heard[]): Extract<Heard['event'], { type: 'transient' }> & { one: Heard } {
  const one = heard.findLast(({ event }) => event.type === 'transient')
  if (one?.event.type !== 'transient') throw new Error('nothing was heard')
  return { ...one.event, one }
}

test('[WO70] a signal for somebody outside, of somebody outside, or past a block is seen', async () => {
  const { world, tom, jerry, lunch } = await openStage({ users: 3 })
  const spike = world.users[2] ?? jerry.user
  const { disk } = world.relay
  const frame = { frame: 'signal', conversation: lunch, from: tom.user, time: 0, content: null } as const
  expect(checkSignal(disk, jerry.user, frame)).toEqual([])
  expect(checkSignal(disk, spike, frame).join()).toMatch(/went to one who is no member/)
  expect(checkSignal(disk, tom.user, { ...frame, from: spike }).join()).toMatch(/Spike was passed on/)
  command(world, tom, lunch, { op: 'remove', members: [jerry.user] })
  await world.run(2000)
  expect(checkSignal(disk, jerry.user, frame).join()).toMatch(/went to one who is no member/)
  // The relay may not know yet what its disk has.
  const unheard = disk.transactions().slice(-1)
  expect(checkSignal({ ...disk, unheard: () => unheard }, jerry.user, frame)).toEqual([])

  const made = create(world, tom, { kind: 'direct', unique: true, members: [jerry.user] })
  arrange(world, tom, 'block', async (engine) => engine.person({ op: 'block', users: [jerry.user] }))
  await world.run(2000)
  if (made === undefined) throw new Error('nothing runs there')
  const between = { ...frame, conversation: made.conversation }
  expect(checkSignal(disk, tom.user, { ...between, from: jerry.user }).join()).toMatch(/who is blocked there/)
  expect(checkSignal(disk, jerry.user, between)).toEqual([])
})

test('[WO71] what is heard otherwise than it was said, twice, at home, or though it was rejected is seen', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  const words = sayTransient(world, tom, lunch)
  type(world, tom, lunch, true)
  await world.run(1000)
  const { heard } = world.journal
  const { said: view, one } = last(heard)
  expect([one.device, view.text, words?.call]).toEqual([jerry.name, words?.text, 'said'])
  expect(checkSignals(world)).toEqual([])
  const also = (event: Heard['event'], device = jerry.name, run = one.run): string => {
    heard.push({ ...one, device, run, event })
    const wrong = checkSignals(world).join()
    heard.pop()
    return wrong
  }
  const transient = { type: 'transient', said: view } as const
  expect(also(transient)).toMatch(/twice/)
  expect(also(transient, tom.name)).toMatch(/heard itself/)
  // Two engines over one disk, one of which does not know yet that it has lost it, are two devices to the relay.
  expect(also(transient, tom.name, 2)).toBe('')
  expect(also(transient, jerry.name, 2)).toBe('')
  expect(also({ type: 'transient', said: { ...view, text: 'hm' } })).toMatch(/which nobody has said/)
  expect(also({ type: 'transient', said: { ...view, from: jerry.user } })).toMatch(/Tom said elsewhere/)
  expect(also({ type: 'transient', said: { ...view, seq: 3 } })).toMatch(/with the sequence 3/)
  const typing = { type: 'typing', conversation: lunch, typing: true } as const
  expect(also({ ...typing, from: jerry.user })).toMatch(/types itself/)
  expect(also({ ...typing, from: tom.user })).toBe('')
  if (words === undefined) throw new Error('nothing runs there')
  words.call = 'rejected'
  expect(checkSignals(world).join()).toMatch(/which was rejected/)
  words.call = 'asked'
  expect(checkSignals(world).join()).toMatch(/never came back/)
})

test('[WO72] what is said in passing and lies in the log, on a disk, or is shown is seen', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  const words = sayTransient(world, tom, lunch)
  await world.run(1000)
  const replica = await gather(world, jerry)
  expect(checkUnstored(world, [replica])).toEqual([])
  const { said: view } = last(world.journal.heard)
  const holding = replica.holdings.get(lunch)
  if (holding === undefined) throw new Error('he does not know it')
  const spoilt = { ...replica, holdings: new Map([[lunch, { ...holding, shown: [view] }]]) }
  expect(checkUnstored(world, [spoilt]).join()).toMatch(/is shown in/)

  // Said as what is kept, the same words are found wherever they lie.
  const engine = tom.process()?.engine
  await Promise.all([engine?.send(lunch, { type: -1, text: words?.text ?? '' }), world.run(1000)])
  const found = checkUnstored(world, []).join()
  expect(found).toMatch(/in the relay's log/)
  for (const device of [tom, jerry]) expect(found).toMatch(`${device.name}: something said in passing is on`)
})

test('[WO73] [WO74] a quiet stretch finds what is not heard and not told', { timeout: 30_000 }, async () => {
  const probed = async (stage: Stage): Promise<string> => {
    const { world, tom, jerry } = stage
    watchPresence(world, jerry, [tom.user])
    return (await probe(world, [await gather(world, tom), await gather(world, jerry)])).join('\n')
  }
  expect(await probed(await openStage({ features: signals }))).toBe('')
  const deaf = await openStage({ features: signals })
  const worldDeaf = { ...deaf.world.journal, heard: [] }
  expect(await probed({ ...deaf, world: { ...deaf.world, journal: worldDeaf } })).toMatch(
    /does not hear what .* says in passing[^]*does not see that .* types/,
  )
  const untold = await openStage({ features: signals, fault: 'absence-untold' })
  expect(await probed(untold)).toMatch(/was told true of whether (Tom|Jerry) is there/)
})

const hello = (login: boolean, device = 'a'.repeat(32)): Uint8Array =>
  encodeDeviceFrame({
    frame: 'hello',
    version: protocolVersion,
    token: 'x',
    device,
    epoch: '',
    cursor: 0,
    tag: 'phone',
    login,
    inflates: false,
  })

test('[WO75] a tag taken without a sign-in, and who is let in or turned away against the disk, is seen', async () => {
  const { tom } = await openStage()
  const { user } = tom
  const log = emptyLog()
  const watched = (login: boolean): TagWatch => {
    const watch = createTagWatch({ log: () => log }, createCounters())
    watch.greeting({ device: 'Tom-1', line: 1, user }, hello(login))
    return watch
  }
  const deviceId = parseDeviceId('a'.repeat(32))
  if (deviceId === undefined) throw new Error('it is a device id')
  const id: string = deviceId
  const commit = { tags: [{ user, tag: 'phone', device: deviceId }] }
  const welcome: RelayFrame = {
    frame: 'welcome',
    version: protocolVersion,
    user,
    epoch: '',
    time: 0,
    expires: 0,
  }
  const conflict = failureFrame('conflict')
  expect(watched(false).landing(commit)).toEqual([])
  expect(watched(true).leaves(1, user, welcome).join()).toMatch(/belongs to another device/)
  expect(watched(false).leaves(1, user, conflict).join()).toMatch(/nobody else has its tag/)
  log.tags.set(`${user} phone`, 'b'.repeat(32))
  expect(watched(false).landing(commit).join()).toMatch(/did not sign in/)
  expect(watched(true).landing(commit)).toEqual([])
  expect(watched(false).leaves(1, user, conflict)).toEqual([])
  log.tags.set(`${user} phone`, id)
  expect(watched(true).leaves(1, user, welcome)).toEqual([])
  expect(watched(true).idOf('Tom-1')).toBe(id)
})

test('[WO76] [WO77] two in session under a tag, one signed out who has it, and what waits no more are seen', async () => {
  const { world, lunch, tom: first } = await openStage()
  const [one, two] = [world.addDevice(first.user, 'phone'), world.addDevice(first.user, 'phone')]
  one.start()
  await world.run(2000)
  one.setOnline(false, true)
  const waits = said(say(world, one, lunch))
  await world.run(1000)
  signIn(two)
  await world.run(2000)
  one.setOnline(true, true)
  await world.run(3000)
  expect(checkTags(world, [one, two])).toEqual([])
  expect(checkKept(world, [one])).toEqual([])
  expect(world.counters.get('heldWhileSignedOut')).toBe(1)

  const tags = world.relay.disk.log().tags
  const [id, other] = [one, two].map(({ name }) => world.watch.idOf(name) ?? '')
  expect(tags.get('Tom phone')).toBe(other)
  tags.set('Tom phone', id ?? '')
  expect(checkTags(world, [one, two]).join()).toMatch(
    /Tom-2: is signed out, and has the tag.*Tom-3: is in session/,
  )
  tags.set('Tom phone', other ?? '')
  expect(checkTags(world, [two, two]).join()).toMatch(/are both in session/)
  one.disk.tamper('outbox', () => true)
  one.crash()
  one.start()
  await world.run(3000)
  expect(checkKept(world, [one]).join()).toMatch(`${waits.text} waits no more`)
})
