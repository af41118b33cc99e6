/** Several devices of two people, a relay between them, and whatever order things happen in. */
import type { PersonCommand, UserId } from '@parley/document'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { startDevice } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { createPersonRelay } from './testing/person.test-kit.ts'
import type { PersonRelay } from './testing/person.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { conversationId, jerry, mary, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const dinner = conversationId(2)

/** Two of Tom, two of Mary. */
const owners: readonly UserId[] = [tom, tom, mary, mary]

type Act =
  | 'request'
  | 'accept'
  | 'decline'
  | 'remove'
  | 'remark'
  | 'block'
  | 'unblock'
  | 'pin'
  | 'unpin'
  | 'mute'
  | 'unmute'
  | 'hide'
  | 'name'
  | 'cut'
  | 'connect'
  | 'serve'
  | 'restart'
  | 'copy'
  | 'restore'

const acts: readonly Act[] = [
  'request',
  'request',
  'request',
  'accept',
  'accept',
  'decline',
  'remove',
  'remark',
  'block',
  'unblock',
  'pin',
  'unpin',
  'mute',
  'unmute',
  'hide',
  'name',
  'cut',
  'cut',
  'connect',
  'connect',
  'serve',
  'serve',
  'serve',
  'restart',
  'copy',
  'restore',
]

const steps = fc.array(fc.record({ who: fc.nat(3), act: fc.constantFrom(...acts), which: fc.nat(1) }), {
  maxLength: 40,
  size: 'max',
})

function commandOf(act: Act, owner: UserId, which: number): PersonCommand | undefined {
  const user = owner === tom ? mary : tom
  const conversation = which === 0 ? lunch : dinner
  switch (act) {
    case 'request':
    case 'remark':
      return { op: 'contact', user, act, text: `${which}` }
    case 'accept':
    case 'decline':
    case 'remove':
      return { op: 'contact', user, act }
    case 'block':
    case 'unblock':
      return { op: act, users: [user] }
    case 'pin':
    case 'unpin':
      return { op: 'setting', conversation, pinned: act === 'pin' }
    case 'mute':
    case 'unmute':
      return { op: 'setting', conversation, muted: act === 'mute' }
    case 'hide':
      return { op: 'setting', conversation, hidden: which === 0 ? null : 1 }
    case 'name':
      return { op: 'profile', set: { name: `${owner} ${which}` } }
    case 'cut':
    case 'connect':
    case 'serve':
    case 'restart':
    case 'copy':
    case 'restore':
      return undefined
  }
}

/** All that is shown of what is a person's own. */
function shown({ engine }: TestDevice): unknown {
  return {
    contacts: engine.contacts(),
    blocked: engine.blocked(),
    profile: engine.profile(engine.user),
    list: engine
      .conversations({ hidden: true })
      .map(({ id, pinnedAt, muted, hidden }) => ({ id, pinnedAt, muted, hidden })),
  }
}

async function connect(relay: PersonRelay, device: TestDevice): Promise<void> {
  const news = [lunch, dinner].map((id) =>
    createScript(id, { by: jerry, members: [tom, mary], reader: device.engine.user }).news(),
  )
  await relay.connect(device, news)
}

test('[CL266] [CL290] the devices of a user come to show the same, and what the relay has, whatever the order and whatever it loses', async () => {
  let refused = 0
  let contacts = 0
  let restores = 0
  await fc.assert(
    fc.asyncProperty(steps, async (life) => {
      const relay = createPersonRelay()
      let copy = relay.copy()
      const devices: TestDevice[] = []
      for (const [at, name] of owners.entries()) {
        const device = await startDevice({ name, seed: at + 1 })
        await connect(relay, device)
        devices.push(device)
      }
      for (const { who, act, which } of life) {
        const device = devices[who]
        const owner = owners[who]
        if (device === undefined || owner === undefined) continue
        relay.now += 1
        const command = commandOf(act, owner, which)
        if (command !== undefined) await device.engine.person(command).catch(() => (refused += 1))
        else if (act === 'cut') await relay.cut(device)
        else if (act === 'connect') await connect(relay, device)
        else if (act === 'serve') await relay.serve(device)
        else if (act === 'copy') copy = relay.copy()
        else if (act === 'restore') {
          restores += 1
          await relay.restore(copy, `epoch ${restores}`)
        } else {
          await relay.cut(device)
          devices[who] = await startDevice({
            store: device.store,
            name: owner,
            seed: 10 + (relay.now % 1000),
          })
        }
      }
      for (const device of devices) await connect(relay, device)
      await relay.settle()
      await relay.tellCursors()
      const [first, second, third, fourth] = devices.map((device) => shown(device))
      expect(second).toEqual(first)
      expect(fourth).toEqual(third)
      // What one of the two sees of the other's side of it.
      const sides = [relay.row(tom, 'contact', mary), relay.row(mary, 'contact', tom)]
      const [his, hers] = sides.map((side) => side?.['state'] === 'contact')
      expect(his).toBe(hers)
      contacts += his === true ? 1 : 0
      for (const [at, { engine }] of devices.entries()) {
        const mine = relay.row(owners[at] ?? tom, 'contact', engine.user === tom ? mary : tom)
        expect(engine.contacts().map(({ state }) => state)).toEqual(mine === undefined ? [] : [mine['state']])
        expect(engine.unsent().filter(({ state }) => state === 'waiting')).toEqual([])
      }
    }),
    { numRuns: 120 },
  )
  expect(refused).toBeGreaterThan(20)
  expect(contacts).toBeGreaterThan(5)
  expect(restores).toBeGreaterThan(20)
}, 90_000)

test('[CL291] two who ask one another while both are offline are contacts when both have been heard', async () => {
  const relay = createPersonRelay()
  const his = await startDevice()
  const hers = await startDevice({ name: 'Mary', seed: 2 })
  await his.engine.person({ op: 'contact', user: mary, act: 'request', text: 'it is Tom' })
  await hers.engine.person({ op: 'contact', user: tom, act: 'request', text: 'it is Mary' })
  expect(his.engine.contacts()).toMatchObject([{ state: 'outgoing' }])
  await relay.connect(his)
  await relay.settle()
  expect(relay.row(mary, 'contact', tom)).toMatchObject({ state: 'incoming', text: 'it is Tom' })
  await relay.connect(hers)
  await relay.settle()
  for (const device of [his, hers]) expect(device.engine.contacts()).toMatchObject([{ state: 'contact' }])
})
