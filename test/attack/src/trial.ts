/** One attack at one door: what was answered, and whether anything of the honest is otherwise afterwards. */
import type { Door } from './answers.ts'
import type { Attack, Expected } from './attack.ts'
import { type Attacker, createAttacker } from './attacker.ts'
import type { Ground } from './ground.ts'
import { Ended } from './line.ts'
import { observe, openReader, type State, type StockReader } from './observe.ts'
import { canary, type Scene } from './scene.ts'
import { createScene } from './scenes.ts'
import { openSdkDevice, type SdkDevice } from './sdk-device.ts'
import { differences } from './text.ts'
import { until } from './waiting.ts'
import type { Watch, Watched } from './watch.ts'
import { createWitness, type Witness } from './witness.ts'

export interface Result {
  readonly attack: string
  readonly door: Door
  /** Why it fell; empty when it held. */
  readonly faults: readonly string[]
  /** What it was answered. */
  readonly seen: string
  readonly ms: number
  readonly waitMs: number
  readonly heldMs: number
}

/** So often where the session stays, and at most so often where it must end. */
const repetitions = 20
const maxRepetitions = 400

export interface TrialOptions {
  readonly watch?: Watch
  /** Once, without repetitions, and without devices and readers that come new: the ones that are there stay. */
  readonly brief?: boolean
}

export async function tryAttack(
  ground: Ground,
  attack: Attack,
  door: Door,
  { watch, brief = false }: TrialOptions = {},
): Promise<Result> {
  const began = performance.now()
  const faults: string[] = []
  const expected = expectedOf(attack, door, brief)
  let seen = 'nothing'
  let waitMs = 0
  let heldMs = 0
  let stage: Raised | undefined
  let attacker: Attacker | undefined
  try {
    stage = await raise(ground, attack, brief)
    attacker = createAttacker(ground, stage.scene, door, expected.answers[0])
    const before = await stage.state()
    const end = await watch?.begin()
    seen = await carryOut(attack, attacker, stage.scene, expected, faults)
    const watched = await end?.()
    if (watched !== undefined) {
      faults.push(...watched.faults, ...uncounted(expected, watched))
      waitMs = watched.waitMs
      heldMs = watched.heldMs
    }
    faults.push(...compare(before, await stage.state()))
    await stage.goOn()
    await attacker.settle()
    const spoken = attacker.heard().some((bytes) => Buffer.from(bytes).includes(canary))
    if (spoken) faults.push('the attacker heard what he may not read')
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error))
  }
  attacker?.leave()
  await stage?.leave()
  return { attack: attack.name, door, faults, seen, ms: performance.now() - began, waitMs, heldMs }
}

function expectedOf({ name, expects }: Attack, door: Door, brief: boolean): Expected {
  const expected = expects[door]
  if (expected === undefined) throw new Error(`${name} does not go through the door ${door}`)
  return brief ? { answers: expected.answers } : expected
}

interface Raised {
  readonly scene: Scene
  readonly state: () => Promise<State>
  /** What honest people do goes on: Tom writes, and everybody has it. */
  readonly goOn: () => Promise<void>
  readonly leave: () => Promise<void>
}

async function raise(ground: Ground, attack: Attack, brief: boolean): Promise<Raised> {
  const scene = await createScene(ground, attack.scene)
  const witness: Witness = createWitness(scene.tom)
  const { network } = ground
  let reader: StockReader | undefined
  let sdk: SdkDevice | undefined
  if (network !== undefined) {
    const { conversation, page, tom, mary } = scene
    reader = await openReader(ground, network, tom, `c/${conversation}/${page}`)
    sdk = await openSdkDevice(ground, network, mary)
  }
  return {
    scene,
    state: async () => observe(scene, witness, { sdk, reader, brief }),
    async goOn() {
      const isHis = attack.scene !== 'removed' && attack.scene !== 'banned' && attack.scene !== 'stranger'
      const next = scene.tomsPen.text(isHis ? 'and on' : canary)
      const answers = await scene.tom.push(scene.conversation, scene.page, [next.update])
      const [verdict] = answers.map((answer) => answer.verdict)
      if (verdict?.class !== 'accepted')
        throw new Error(`Tom cannot write any more: ${JSON.stringify(verdict)}`)
      if (reader === undefined) return
      const { doc } = reader
      const has = (): boolean =>
        doc
          .getArray<{ readonly id?: string }>('entries')
          .toArray()
          .some(({ id }) => id === next.id)
      await until(has, 'what Tom wrote afterwards was shown to a stock reader')
    },
    async leave() {
      reader?.leave()
      await sdk?.close()
      scene.tom.line.close()
    },
  }
}

/** Once, and then again and again. */
async function carryOut(
  attack: Attack,
  attacker: Attacker,
  scene: Scene,
  { answers: wanted, again }: Expected,
  faults: string[],
): Promise<string> {
  const answers = await attack.run(attacker, scene)
  const seen = answers.join(', ')
  if (seen !== wanted.join(', ')) faults.push(`the answer was "${seen}", not "${wanted.join(', ')}"`)
  else if (again === 'read-only') {
    const second = (await attack.run(attacker, scene)).join(', ')
    if (second !== 'read-only') faults.push(`the second time the answer was "${second}", not "read-only"`)
  } else if (again === 'same') {
    for (let times = 0; times < repetitions; times += 1) {
      const next = (await attack.run(attacker, scene)).join(', ')
      if (next !== seen) faults.push(`the answer was "${next}" when it was done again`)
      if (next !== seen) break
    }
  } else if (again !== undefined) {
    const how = await repeat(attack, attacker, scene)
    if (how !== again) faults.push(`done again and again it ended with "${how}", not "${again}"`)
  }
  return seen
}

async function repeat(attack: Attack, attacker: Attacker, scene: Scene): Promise<string> {
  try {
    for (let times = 0; times < maxRepetitions; times += 1) {
      await attack.run(attacker, scene)
    }
  } catch (error) {
    if (error instanceof Ended) return error.how
    throw error
  }
  return 'no end'
}

function compare(before: State, after: State): readonly string[] {
  const found = differences(before, after)
  if (found.length === 0) return []
  const [first = ''] = found
  return [
    `${found.length} are otherwise than before: ${found.join('; ')}; ${first} was ${tail(before[first], after[first])}`,
  ]
}

/** From where they differ. */
function tail(before = '', after = ''): string {
  let at = 0
  while (at < before.length && before[at] === after[at]) at += 1
  const from = Math.max(0, at - 40)
  return `"${before.slice(from, at + 160)}", and is "${after.slice(from, at + 160)}"`
}

/** What must have been counted and was not. */
export function uncounted({ answers, again }: Expected, { counted }: Watched): readonly string[] {
  const all = again === undefined ? answers : [...answers, again]
  const names = new Set(all.flatMap(metricsOf))
  return [...names].filter((name) => counted(name) < 1).map((name) => `${name} has not been counted`)
}

function metricsOf(answer: string): readonly string[] {
  const [kind = '', code = ''] = answer.split(' ')
  if (kind === 'refused' || kind === 'rewrite' || kind === 'later')
    return [`parley_answers_total{class="${kind}",code="${code}"}`]
  if (kind === 'failure') return [`parley_failures_total{code="${code}"}`]
  return kind === 'closed' && code === '4540' ? ['parley_failures_total{code="write-refused"}'] : []
}
