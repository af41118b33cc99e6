/**
 * The network between the devices and the relay: connections that come up late or never, that are cut so that both ends
 * notice at different times or one never does, and what the weather does to their frames. Rules WO8, WO9.
 */
import type { Socket, SocketHandlers } from '@parley/client/engine'
import type { Connection, Peer } from '@parley/relay'
import type { Counters } from './counters.ts'
import { describeFrame } from './describe-frame.ts'
import { createPipe, type Pipe } from './pipe.ts'
import type { Power } from './power.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import { bringsToken } from './token.ts'
import { bytesName, type Trace } from './trace.ts'
import { fairWeather, type Weather } from './weather.ts'

/** Who sees the frames besides those they are for. */
export interface Wiretap {
  readonly toRelay: (device: string, bytes: Uint8Array) => void
  /** Lines have numbers: one device may have several, and not know of the older ones. */
  readonly toDevice: (device: string, bytes: Uint8Array, line: number) => void
  readonly lostToDevice: (device: string, bytes: Uint8Array) => void
  /** The first that has come to the relay on a line. */
  readonly greeting: (device: string, bytes: Uint8Array, line: number) => void
}

export interface NetworkOptions {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly trace: Trace
  readonly counters: Counters
  readonly wiretap: Wiretap
}

/** The relay's end, while one is up. */
export interface Door {
  readonly power: Power
  readonly accept: (peer: Peer) => Connection
}

export interface Network {
  readonly connect: (device: string, power: Power, handlers: SocketHandlers) => Socket
  readonly setDoor: (door: Door | null) => void
  readonly setWeather: (weather: Weather) => void
  /** No connection comes up for this device, and those it has are cut. */
  readonly setReachable: (device: string, reachable: boolean) => void
  /** Frames to this device that are lost, one by one: for the directed tests. */
  readonly setLosing: (losing: (device: string, bytes: Uint8Array) => boolean) => void
  /** Cuts the connections of one device. */
  readonly cut: (device: string) => void
}

interface Line {
  readonly number: number
  readonly device: string
  readonly power: Power
  readonly handlers: SocketHandlers
  readonly up: Pipe
  readonly down: Pipe
  readonly door: Door
  connection: Connection | null
  deviceOpen: boolean
  cut: boolean
  greeted: boolean
}

export function createNetwork({ scheduler, random, trace, counters, wiretap }: NetworkOptions): Network {
  let door: Door | null = null
  let weather = fairWeather
  let lines: Line[] = []
  let opened = 0
  const unreachable = new Set<string>()
  let losing = (_device: string, _bytes: Uint8Array): boolean => false
  const some = (most: number): number => random.float() * most

  const deviceCloses = (line: Line, reason: string): void => {
    line.power.enter(() => {
      if (!line.deviceOpen) return
      line.deviceOpen = false
      trace.note(line.device, `socket closed: ${reason}`)
      line.handlers.closed(reason)
    })
  }
  const relayCloses = (line: Line): void => {
    line.door.power.enter(() => line.connection?.closed())
  }
  const cutLine = (line: Line): void => {
    if (line.cut) return
    line.cut = true
    line.up.cut()
    line.down.cut()
    const deviceNotices = random.chance(0.6)
    const relayNotices = random.chance(0.6)
    if (deviceNotices) scheduler.after(some(3000), () => deviceCloses(line, 'cut'))
    if (relayNotices) scheduler.after(some(3000), () => relayCloses(line))
    if (deviceNotices !== relayNotices) counters.add('halfOpenConnections')
  }
  const forget = (line: Line): void => {
    lines = lines.filter((other) => other !== line)
  }

  /** A relay process that died: its system says so at once, or the machine is gone and nobody says anything. */
  const doorDied = (dead: Door): void => {
    const silent = random.chance(0.4)
    for (const line of lines.filter((other) => other.door === dead)) {
      forget(line)
      if (silent) {
        line.cut = true
        line.up.cut()
        line.down.cut()
      } else line.down.afterwards(() => deviceCloses(line, 'relay died'))
    }
  }

  const openLine = (device: string, power: Power, handlers: SocketHandlers, at: Door): Line => {
    const slow = random.chance(weather.slow)
    if (slow) counters.add('slowSockets')
    const shared = { scheduler, random, counters, weather: () => weather }
    opened += 1
    const line: Line = {
      number: opened,
      device,
      power,
      handlers,
      door: at,
      connection: null,
      deviceOpen: true,
      cut: false,
      greeted: false,
      up: createPipe({
        ...shared,
        speed: Number.POSITIVE_INFINITY,
        once: bringsToken,
        arrived: (bytes) => {
          at.power.enter(() => {
            trace.note('relay', `< ${device} ${bytes.length} ${bytesName(bytes)}`, () =>
              describeFrame(bytes, 'up'),
            )
            if (!line.greeted) wiretap.greeting(device, bytes, line.number)
            line.greeted = true
            line.connection?.receiveBytes(bytes)
          })
        },
        lost: () => undefined,
        drained: () => undefined,
      }),
      down: createPipe({
        ...shared,
        speed: slow ? random.between(1, 20) / 10 : Number.POSITIVE_INFINITY,
        arrived: (bytes) => {
          if (power.state() === 'off' || !line.deviceOpen) wiretap.lostToDevice(device, bytes)
          power.enter(() => {
            if (!line.deviceOpen) return
            trace.note(device, `< relay ${bytes.length} ${bytesName(bytes)}`, () =>
              describeFrame(bytes, 'down'),
            )
            handlers.message(bytes)
          })
        },
        lost: (bytes) => {
          wiretap.lostToDevice(device, bytes)
        },
        drained: () => {
          at.power.enter(() => line.connection?.drained())
        },
      }),
    }
    lines.push(line)
    power.onOff(() => {
      if (line.deviceOpen)
        scheduler.after(some(1000), () => (random.chance(0.7) ? relayCloses(line) : undefined))
    })
    line.connection = at.accept({
      send(bytes) {
        const lived = at.power.state() === 'on'
        if (!at.power.effect()) {
          if (lived) counters.add('relayCrashesAmongSends')
          return
        }
        counters.add('frames')
        wiretap.toDevice(device, bytes, line.number)
        if (losing(device, bytes)) {
          counters.add('lostFrames')
          wiretap.lostToDevice(device, bytes)
        } else line.down.send(bytes)
      },
      buffered: () => line.down.buffered(),
      close(code) {
        if (!at.power.effect()) return
        forget(line)
        line.down.afterwards(() => {
          if (!line.cut) deviceCloses(line, code)
        })
      },
    })
    return line
  }

  return {
    connect(device, power, handlers) {
      let line: Line | null = null
      let wanted = true
      const failed = (reason: string): void => {
        power.enter(() => {
          if (!wanted) return
          wanted = false
          handlers.closed(reason)
        })
      }
      if (power.effect() && !random.chance(weather.hang)) {
        scheduler.after(weather.delayMs[0] + some(weather.delayMs[1] - weather.delayMs[0]) * 2, () => {
          const at = door
          if (!wanted || power.state() === 'off') return
          if (unreachable.has(device)) failed('no network')
          else if (at === null || at.power.state() !== 'on') failed('nobody listens')
          else {
            at.power.enter(() => {
              line = openLine(device, power, handlers, at)
            })
            power.enter(() => {
              if (!wanted) return
              trace.note(device, 'socket open')
              handlers.open()
            })
          }
        })
      }
      return {
        send(bytes) {
          if (!power.effect() || line === null || !line.deviceOpen) return
          counters.add('frames')
          trace.note(device, `> relay ${bytes.length} ${bytesName(bytes)}`, () => describeFrame(bytes, 'up'))
          wiretap.toRelay(device, bytes)
          line.up.send(bytes)
          // A machine that came back knows nothing of this connection, and says so.
          const dead = line
          if (dead.door.power.state() === 'off' && door !== null)
            scheduler.after(some(100), () => deviceCloses(dead, 'reset'))
        },
        close() {
          wanted = false
          if (line === null || !line.deviceOpen) return
          const closing = line
          closing.deviceOpen = false
          closing.up.afterwards(() => {
            if (!closing.cut) relayCloses(closing)
            forget(closing)
          })
        },
      }
    },
    setDoor(next) {
      door = next
      next?.power.onOff(() => {
        if (door === next) door = null
        doorDied(next)
      })
    },
    setWeather(next) {
      weather = next
    },
    setLosing(next) {
      losing = next
    },
    setReachable(device, reachable) {
      if (reachable) unreachable.delete(device)
      else unreachable.add(device)
      if (!reachable) for (const line of lines.filter((other) => other.device === device)) cutLine(line)
    },
    cut(device) {
      for (const line of lines.filter((other) => other.device === device)) {
        counters.add('cuts')
        trace.note(device, 'line cut')
        cutLine(line)
      }
    },
  }
}
