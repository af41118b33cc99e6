/** How far the others have got: every member's device says what the relay keeps. Rule WO38. */
import type { Replica } from './gather.ts'
import type { Truth } from './truth.ts'
import type { World } from './world.ts'

export function checkMarks(
  world: World,
  { device, holdings }: Replica,
  truths: readonly Truth[],
): readonly string[] {
  const { marks } = world.relay.disk.log()
  return truths.flatMap(({ id, members }) => {
    const holding = holdings.get(id)
    if (holding === undefined || !members.has(device.user)) return []
    const shown = new Map(holding.reached.map((one) => [one.user as string, one]))
    return [...members]
      .filter((user) => user !== device.user)
      .flatMap((user) => {
        const stored = marks.get(`${id} ${user}`)
        const [delivered, read] = [stored?.delivered ?? 0, stored?.read ?? 0]
        if (delivered > 0) world.counters.add('marksDelivered')
        if (read > 0) world.counters.add('marksRead')
        const said = shown.get(user)
        return (said?.delivered ?? 0) === delivered && (said?.read ?? 0) === read
          ? []
          : [
              `${device.name}: ${id}: ${user} has got to ${said?.delivered ?? 0}/${said?.read ?? 0}, the relay says ${delivered}/${read}`,
            ]
      })
  })
}
