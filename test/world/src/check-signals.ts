/** What was said in passing arrived as it was said, where it might, once, and lies nowhere. Rules WO71, WO72. */
import type { Replica } from './gather.ts'
import type { Heard, Transient } from './journal.ts'
import { transientMark } from './live-deeds.ts'
import type { World } from './world.ts'

export function checkSignals(world: World): readonly string[] {
  const { journal, counters, devices } = world
  const wrong: string[] = []
  const heard = new Set<string>()
  const users = new Map(devices.map(({ name, user }) => [name, user]))
  for (const one of journal.heard) {
    if (one.event.type === 'typing') {
      if (one.event.typing) counters.add('typingsHeard')
      if (one.event.from === users.get(one.device)) wrong.push(`${one.device}: was told that it types itself`)
    }
    if (one.event.type !== 'transient') continue
    counters.add('transientsHeard')
    const text = one.event.said.text ?? ''
    const said = journal.transients.get(text)
    const name = `${one.device} ${one.run} ${text}`
    // A frame that the weather doubles is a signal twice.
    if (heard.has(name) && counters.get('doubledFrames') === 0)
      wrong.push(`${one.device}: heard ${text} twice`)
    heard.add(name)
    wrong.push(...againstSaid(one, text, said))
  }
  return [...wrong, ...hanging(world)]
}

function againstSaid(
  { device, run, event }: Heard,
  text: string,
  said: Transient | undefined,
): readonly string[] {
  if (event.type !== 'transient') return []
  if (said === undefined) return [`${device}: heard ${text}, which nobody has said`]
  const { conversation, from, seq } = event.said
  const wrong: string[] = []
  if (from !== said.user || conversation !== said.conversation)
    wrong.push(`${device}: heard ${text} of ${from} in ${conversation}, which ${said.user} said elsewhere`)
  if (seq !== 0) wrong.push(`${device}: heard ${text} with the sequence ${seq}`)
  // A leader that has lost its store and does not know it yet is another device to the relay.
  if (device === said.device && run === said.run) wrong.push(`${device}: heard itself say ${text}`)
  if (said.call === 'rejected') wrong.push(`${device}: heard ${text}, which was rejected (${said.code})`)
  return wrong
}

function hanging({ journal, devices }: World): readonly string[] {
  const runs = new Map(
    devices.flatMap((device) => {
      const process = device.process()
      return process === null || process.ended !== null ? [] : [[device.name, process.run] as const]
    }),
  )
  return [...journal.transients.values()]
    .filter(({ device, run, call }) => call === 'asked' && runs.get(device) === run)
    .map(({ device, text }) => `${device}: saying ${text} never came back`)
}

/** Not in the relay's log, on no disk, and shown nowhere. */
export function checkUnstored(
  { journal, relay, devices }: World,
  replicas: readonly Replica[],
): readonly string[] {
  if (journal.transients.size === 0) return []
  const wrong: string[] = []
  if (relay.disk.transactions().some(holdsTransient))
    wrong.push("something said in passing is in the relay's log")
  for (const { name, disk } of devices)
    if (disk.rows().some(holdsTransient)) wrong.push(`${name}: something said in passing is on its disk`)
  for (const { device, holdings } of replicas)
    for (const { view, shown } of holdings.values())
      if ([view.lastMessage, ...shown].some((message) => message?.text?.startsWith(transientMark) === true))
        wrong.push(`${device.name}: something said in passing is shown in ${view.id}`)
  return wrong
}

const mark = Buffer.from(transientMark)

function holdsTransient(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(transientMark)
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.length).includes(mark)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(holdsTransient)
}
