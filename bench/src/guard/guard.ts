/**
 * `pnpm bench:guard [--base REV] [--head REV] [names]`: two commits in one run, by the relay's CPU of each hot path. Ends
 * with 1, and a sentence, where the head is slower by more than the run itself could be off.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { rootFolder } from '../folders.ts'
import { plain } from '../table.ts'
import { readWords } from './arguments.ts'
import { blobsOf, type Checkout, checkOut, commitOf, mergeBase } from './checkout.ts'
import { type Contest, contest, type Plan, type Side, usualPlan } from './contest.ts'
import { type Course, courses } from './courses.ts'
import { type Driver, driverPath, openDriver } from './driver.ts'

/** Which checkout drives which relay. */
export type Drivers = Readonly<Record<Side, string>>

export interface GuardOptions {
  readonly print: (text: string) => void
  /** How far it is. */
  readonly tell?: (line: string) => void
  readonly plan?: Plan
}

/** The code to end with: 0, 1 where something is slower, 2 for what cannot be compared. */
export async function guard(words: readonly string[], options: GuardOptions): Promise<number> {
  const { print } = options
  const asked = readWords(
    words,
    courses.map(({ name }) => name),
  )
  if (!asked.ok) {
    print(asked.sentence)
    return 2
  }
  const { head } = asked
  const base = asked.base ?? usualBase(head)
  const checkouts: Checkout[] = []
  try {
    for (const revision of [base, head]) {
      const out = checkOut(revision)
      if (!out.ok) {
        print(out.sentence)
        return 2
      }
      checkouts.push(out.checkout)
    }
    const [baseCheckout, headCheckout] = checkouts
    if (baseCheckout === undefined || headCheckout === undefined) throw new Error('two were checked out')
    const sides = { base: baseCheckout, head: headCheckout }
    const drivers = driversFor(sides)
    if (typeof drivers === 'string') {
      print(drivers)
      return 2
    }
    print(
      `Base ${nameOf(sides.base)}, head ${nameOf(sides.head)}. ${drivers.base === drivers.head ? 'One driver for both.' : 'They speak differently: each has its own driver.'}`,
    )
    const open = async (side: Side, course: Course): Promise<Driver> =>
      openDriver({ driver: drivers[side], relay: sides[side].folder, course: course.name, size: 'full' })
    const chosen = courses.filter(({ name }) => asked.courses.includes(name))
    return await compareAll(chosen, open, options)
  } finally {
    for (const checkout of checkouts) checkout.dispose()
  }
}

/** Each course by itself; the sentence at the end names every one in which the head is slower. */
export async function compareAll(
  chosen: readonly Course[],
  open: (side: Side, course: Course) => Promise<Driver>,
  { print, tell = () => undefined, plan = usualPlan }: GuardOptions,
): Promise<number> {
  const slower: string[] = []
  for (const course of chosen) {
    const found = await contest(
      async (side) => open(side, course),
      plan,
      (line) => tell(`${course.name}: ${line}`),
    )
    print(lineOf(course, found))
    if (found.verdict === 'slower') slower.push(`${course.name} (${percent(found.ratio - 1)} more)`)
  }
  if (slower.length === 0) {
    print('The head is nowhere slower than what the run tolerates.')
    return 0
  }
  print(`The head takes more of the relay’s CPU than the base: ${slower.join(', ')}.`)
  return 1
}

function lineOf({ name, unit }: Pick<Course, 'name' | 'unit'>, found: Contest): string {
  const { ratio, lowest, highest, tolerance, verdict, uneven, baseMicroseconds, headMicroseconds } = found
  const what = `${name}: ${plain(baseMicroseconds)} → ${plain(headMicroseconds)} µs a ${unit}`
  const spread = `ratio ${ratio.toFixed(3)} (${lowest.toFixed(3)} – ${highest.toFixed(3)})`
  const hidden = uneven ? '; too uneven to see less' : ''
  return `${what}, ${spread}, tolerated ${percent(tolerance)}${hidden}: ${verdict}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/**
 * The head's driver for both while the wire is the same, so that nothing differs but the relay; its own for each otherwise.
 * A sentence when there is none that fits.
 */
function driversFor(sides: Readonly<Record<Side, Checkout>>): Drivers | string {
  const { base, head } = sides
  const own = ({ folder }: Checkout): string | undefined =>
    existsSync(join(folder, driverPath)) ? folder : undefined
  const here = commitOf('HEAD')
  const wire = wireOf(head.commit)
  const headDriver = own(head) ?? (here !== undefined && wireOf(here) === wire ? rootFolder : undefined)
  const baseDriver = wireOf(base.commit) === wire ? headDriver : own(base)
  if (headDriver === undefined || baseDriver === undefined) {
    const which = headDriver === undefined ? head : base
    return `${which.revision} speaks another wire than the other commit, and has no driver of its own.`
  }
  return { base: baseDriver, head: headDriver }
}

/** Formats are changed in place: it is the golden bytes, besides the version, that say whether two commits understand each other. */
function wireOf(commit: string): string {
  return blobsOf(commit, 'packages/wire/src')
    .filter(({ path }) => /\/(golden[^/]*|version)\.ts$/.test(path))
    .map(({ path, blob }) => `${path} ${blob}`)
    .join('\n')
}

function usualBase(head: string): string {
  const shared = mergeBase(head, 'main')
  return shared === undefined || shared === commitOf(head) ? `${head}~1` : shared
}

function nameOf({ revision, commit }: Checkout): string {
  const short = commit.slice(0, 9)
  return revision.startsWith(short) ? short : `${revision} (${short})`
}
