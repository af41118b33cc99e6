import type { Connection, Peer } from '@parley/relay'
import { expect, test } from 'vitest'
import { createCounters } from './counters.ts'
import { createNetwork, type Network } from './network.ts'
import { createPower, type Power } from './power.ts'
import { createRandom } from './random.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'
import { createTrace } from './trace.ts'
import { fairWeather, type Weather } from './weather.ts'

interface Ends {
  readonly network: Network
  readonly scheduler: Scheduler
  readonly device: Power
  readonly relay: Power
  /** First bytes of what has arrived. */
  readonly atRelay: number[]
  readonly atDevice: number[]
  readonly heard: string[]
  readonly peers: Peer[]
  readonly send: (byte: number) => void
}

function connect(seed: string, weather: Partial<Weather> = {}): Ends {
  const random = createRandom(seed)
  const scheduler = createScheduler(random.fork('time'))
  const nothing = (): void => undefined
  const wiretap = { toRelay: nothing, toDevice: nothing, lostToDevice: nothing, greeting: nothing }
  const trace = createTrace(scheduler.now, false)
  const network = createNetwork({ scheduler, random, trace, counters: createCounters(), wiretap })
  network.setWeather({ ...fairWeather, ...weather })
  const device = createPower()
  const relay = createPower()
  const atRelay: number[] = []
  const atDevice: number[] = []
  const heard: string[] = []
  const peers: Peer[] = []
  const accept = (peer: Peer): Connection => {
    peers.push(peer)
    return {
      state: 'open',
      identity: undefined,
      receiveBytes: (bytes) => atRelay.push(bytes[0] ?? -1),
      receive: nothing,
      drained: () => heard.push('drained'),
      closed: () => heard.push('relay closed'),
      fail: nothing,
    }
  }
  network.setDoor({ power: relay, accept })
  const socket = network.connect('phone', device, {
    open: () => heard.push('open'),
    message: (bytes) => atDevice.push(bytes[0] ?? -1),
    closed: (reason) => heard.push(`device closed: ${reason}`),
  })
  const send = (byte: number): void => socket.send(Uint8Array.of(byte))
  return { network, scheduler, device, relay, atRelay, atDevice, heard, peers, send }
}

const numbers = Array.from({ length: 20 }, (_, index) => index)

test('[WO10] in fair weather frames arrive in both directions, once, in order, after a while', async () => {
  const { scheduler, heard, peers, atRelay, atDevice, send } = connect('fair')
  await scheduler.runTo(500)
  expect(heard).toEqual(['open'])
  for (const number of numbers) {
    send(number)
    peers[0]?.send(Uint8Array.of(number))
  }
  expect([atRelay, atDevice]).toEqual([[], []])
  await scheduler.runTo(2000)
  expect([atRelay, atDevice]).toEqual([numbers, numbers])
})

test.each([
  [
    'loses',
    { lose: 0.4 },
    (seen: readonly number[]) => seen.length < 20 && new Set(seen).size === seen.length,
  ],
  ['doubles', { double: 0.4 }, (seen: readonly number[]) => seen.length > 20 && new Set(seen).size === 20],
  [
    'reorders',
    { reorder: 0.4 },
    (seen: readonly number[]) =>
      seen.join() !== numbers.join() && seen.toSorted((a, b) => a - b).join() === numbers.join(),
  ],
] as const)('[WO10] bad weather %s frames', async (_name, weather, holds) => {
  const { scheduler, atRelay, send } = connect('bad', weather)
  await scheduler.runTo(500)
  for (const number of numbers) send(number)
  await scheduler.runTo(5000)
  expect(holds(atRelay)).toBe(true)
})

test('[WO11] a cut line carries nothing, and each end notices in its own time or never', async () => {
  const noticed = new Set<string>()
  for (let seed = 0; seed < 30; seed += 1) {
    const { network, scheduler, heard, peers, atRelay, atDevice, send } = connect(`cut ${seed}`)
    await scheduler.runTo(500)
    send(1)
    network.cut('phone')
    send(2)
    peers[0]?.send(Uint8Array.of(3))
    await scheduler.runTo(10_000)
    expect([atRelay, atDevice]).toEqual([[], []])
    noticed.add(
      heard
        .filter((what) => what.includes('closed'))
        .toSorted()
        .join(', '),
    )
  }
  expect([...noticed].toSorted()).toEqual([
    '',
    'device closed: cut',
    'device closed: cut, relay closed',
    'relay closed',
  ])
})

test('[WO11] what the relay sends into a cut line piles up', async () => {
  const { network, scheduler, peers } = connect('pile')
  await scheduler.runTo(500)
  network.cut('phone')
  for (const number of numbers) peers[0]?.send(Uint8Array.of(number))
  await scheduler.runTo(1000)
  expect(peers[0]?.buffered()).toBe(20)
})

test('[WO11] a slow line takes bytes at its pace, and says when it has taken all', async () => {
  const { scheduler, peers, heard, atDevice } = connect('slow', { slow: 1 })
  await scheduler.runTo(500)
  for (let count = 0; count < 5; count += 1) peers[0]?.send(new Uint8Array(100).fill(count))
  expect(peers[0]?.buffered()).toBe(500)
  await scheduler.runTo(510)
  const left = peers[0]?.buffered() ?? 0
  expect([left > 0, heard.includes('drained')]).toEqual([true, false])
  await scheduler.runTo(20_000)
  expect([peers[0]?.buffered(), heard.includes('drained'), atDevice]).toEqual([0, true, [0, 1, 2, 3, 4]])
})

test('[WO12] no connection comes up without a network, or without a relay', async () => {
  const { network, scheduler, device, relay, heard } = connect('none')
  await scheduler.runTo(500)
  network.setReachable('phone', false)
  const handlers = {
    open: () => heard.push('again'),
    message: () => undefined,
    closed: (reason: string) => heard.push(reason),
  }
  network.connect('phone', device, handlers)
  await scheduler.runTo(5000)
  expect(heard).toContain('no network')
  network.setReachable('phone', true)
  relay.off()
  network.connect('phone', device, handlers)
  await scheduler.runTo(10_000)
  expect(heard).toContain('nobody listens')
  expect(heard).not.toContain('again')
})

test('[WO3] a relay that dies between two sends has sent the first and not the second', async () => {
  const { scheduler, relay, peers, atDevice } = connect('death')
  await scheduler.runTo(500)
  relay.dieAfter(1)
  peers[0]?.send(Uint8Array.of(1))
  peers[0]?.send(Uint8Array.of(2))
  await scheduler.runTo(5000)
  expect(relay.state()).toBe('off')
  expect(atDevice.includes(2)).toBe(false)
})
