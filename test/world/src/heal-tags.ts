/**
 * Devices that share a tag, at rest: one of them is in session, the others stand still and have kept what waited. Then one
 * of those signs in, and what it kept leaves; at last nobody shares with anybody, so that all can be looked at. Rules WO76
 * and WO77.
 */
import { truthsOf } from './check-log.ts'
import { type Device, isSignedOut } from './device.ts'
import type { Said } from './journal.ts'
import { signIn } from './live-deeds.ts'
import type { World } from './world.ts'

/** Until then every disk has flushed what it was given. */
const flushedMs = 6000

/** Whoever was turned away tries once more, by itself: the relay may have got its tag back meanwhile. */
export function reloadSignedOut(devices: readonly Device[]): void {
  for (const device of devices.filter(isSignedOut)) {
    device.crash()
    device.start()
  }
}

export async function settleTags(
  world: World,
  present: readonly Device[],
  rest: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const tagged = present.filter((device) => device.tag() !== '')
  if (tagged.length === 0) return []
  // A page that slept through its own sign-in says it when it wakes, gets the tag, and has lost its store meanwhile: whoever
  // is signed out there has the tag, and gets in when he is loaded again. It may wake at any time.
  const letIn = async (devices: readonly Device[]): Promise<readonly string[]> => {
    const again = devices.filter((device) => isSignedOut(device) && holdsTag(world, device))
    reloadSignedOut(again)
    return again.length === 0 ? [] : rest()
  }
  const unrest = await letIn(tagged)
  const wrong = [...unrest, ...checkTags(world, tagged), ...checkKept(world, tagged.filter(isSignedOut))]
  if (wrong.length > 0) return wrong
  await world.run(flushedMs)
  const back = tagged.find(isSignedOut)
  if (back !== undefined) {
    // A copy has the id of whoever has just signed in, and would take the tag back.
    const alone = tagged.filter((device) => !hasCopies(world, device))
    let after: readonly string[] = []
    // The page that wakes may be another device's: then that one has signed in after this one. Each does so once.
    for (let tries = 0; tries <= tagged.length; tries += 1) {
      signIn(back)
      after = [...(await rest()), ...(await letIn(alone)), ...checkTags(world, tagged)]
      if (after.length > 0 || !isSignedOut(back) || holdsTag(world, back)) break
    }
    if (isSignedOut(back)) after = [...after, `${back.name}: has signed in, and is not in session`]
    if (after.length > 0) return after
    await world.run(flushedMs)
  }
  for (const device of tagged) {
    device.crash()
    device.leaveTag()
    device.start()
  }
  return []
}

export function checkTags(world: World, tagged: readonly Device[]): readonly string[] {
  const inSession = new Map<string, Device>()
  const wrong: string[] = []
  for (const device of tagged) {
    const key = `${device.user} ${device.tag()}`
    const holds = holdsTag(world, device)
    if (isSignedOut(device)) {
      // A copy comes back under the id it was copied with.
      if (holds && !hasCopies(world, device)) wrong.push(`${device.name}: is signed out, and has the tag`)
      continue
    }
    const other = inSession.get(key)
    if (other !== undefined)
      wrong.push(`${device.name} and ${other.name} share a tag and are both in session`)
    if (!holds) wrong.push(`${device.name}: is in session, and another device has signed in after it`)
    inSession.set(key, device)
  }
  return wrong
}

function holdsTag({ relay, watch }: World, device: Device): boolean {
  const holder = relay.disk.log().tags.get(`${device.user} ${device.tag()}`)
  return holder !== undefined && holder === watch.idOf(device.name)
}

/** What waited when the device was sent away waits still, unless it stands in the log already. */
export function checkKept(world: World, signedOut: readonly Device[]): readonly string[] {
  if (world.counters.get('epochChanges') > 0) return []
  return signedOut.flatMap((device) => {
    const unsent = new Set<string>((device.process()?.engine.unsent() ?? []).map(({ id }) => id))
    world.counters.add('heldWhileSignedOut', unsent.size)
    const gone = world.journal.deeds.filter(
      (deed): deed is Said =>
        deed.kind === 'message' && deed.device === device.name && isOpen(deed) && !unsent.has(deed.id ?? ''),
    )
    if (gone.length === 0) return []
    const stands = new Set(truthsOf(world).flatMap(({ messages }) => messages.map(({ id }) => id)))
    return gone
      .filter(({ id }) => !stands.has(id ?? '') && !isWithdrawn(world, id))
      .map(({ text }) => `${device.name}: is signed out, and ${text} waits no more`)
  })
}

function isOpen({ call, confirmed, refused, discarded, retried }: Said): boolean {
  return call === 'saved' && !confirmed && refused === null && !discarded && !retried
}

/** Taken back while it waited. */
function isWithdrawn({ journal }: World, id: Said['id']): boolean {
  return journal.deeds.some((deed) => deed.kind === 'recall' && deed.target === id)
}

function hasCopies({ devices }: World, { family }: Device): boolean {
  return devices.filter((other) => other.family === family).length > 1
}
