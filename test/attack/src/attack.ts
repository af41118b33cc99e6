/** What an attack is: data, and one function that carries it out. */
import { type Door, doors } from './answers.ts'
import type { Attacker } from './attacker.ts'
import type { Scene, SceneName } from './scene.ts'

export const themes = [
  'authorship',
  'clocks',
  'structure',
  'forms',
  'content',
  'operations',
  'rights',
  'commands',
  'reading',
  'people',
  'sessions',
  'tokens',
  'http',
  'frames',
  'oversize',
  'floods',
] as const

export type Theme = (typeof themes)[number]

/** What a door must answer, and what happens to whoever goes on. */
export interface Expected {
  /** One text for each answer, in order: `refused not-an-append`, `closed 4540 gap`, `http 401`, `quiet`. */
  readonly answers: readonly string[]
  /**
   * Done again and again in one session: what it ends with. `same`: the same answer every time, and the session stays.
   * Left out where doing it once ends everything there is.
   */
  readonly again?: string
}

export interface Attack {
  readonly name: string
  /** What is done, as a phrase: the table of README.md shows it. */
  readonly says: string
  /** Rules that say it must not succeed. */
  readonly breaks: readonly string[]
  readonly scene: SceneName
  readonly expects: Readonly<Partial<Record<Door, Expected>>>
  /** Told in the words of `Expected.answers`. */
  readonly run: (attacker: Attacker, scene: Scene) => Promise<readonly string[]>
}

export interface ThemedAttack extends Attack {
  readonly theme: Theme
}

export function doorsOf({ expects }: Attack): readonly Door[] {
  return doors.filter((door) => expects[door] !== undefined)
}

/** What no honest device sends: so many of them, and the session is over. Rule RE26. */
const violations: readonly string[] = ['not-an-append', 'not-canonical', 'author-mismatch']

/** The answers of both doors to bytes that are refused with a final code. */
export function refusedEverywhere(code: string): Attack['expects'] {
  return {
    parley: {
      answers: [`refused ${code}`],
      again: violations.includes(code) ? 'failure malformed' : 'same',
    },
    stock: { answers: [`closed 4540 ${code}`], again: 'read-only' },
  }
}

/** The answers to bytes that a device would write anew. */
export function rewrittenEverywhere(code: string, stock = code): Attack['expects'] {
  return {
    parley: { answers: [`rewrite ${code}`], again: 'same' },
    stock: { answers: [`closed 4540 ${stock}`], again: 'read-only' },
  }
}
