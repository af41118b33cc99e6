/** All attacks there are. */
import { authorship } from './attacks/authorship.ts'
import { clocks } from './attacks/clocks.ts'
import { content } from './attacks/content.ts'
import { operations } from './attacks/operations.ts'
import { people } from './attacks/people.ts'
import { reading } from './attacks/reading.ts'
import { rights } from './attacks/rights.ts'
import { sessions } from './attacks/sessions.ts'
import { structure } from './attacks/structure.ts'
import { tokens } from './attacks/tokens.ts'
import type { Attack, Theme, ThemedAttack } from './attack.ts'

const byTheme: Readonly<Partial<Record<Theme, readonly Attack[]>>> = {
  authorship,
  clocks,
  structure,
  content,
  operations,
  rights,
  reading,
  people,
  sessions,
  tokens,
}

export const attacks: readonly ThemedAttack[] = Object.entries(byTheme).flatMap(([theme, list]) =>
  // The keys of the table are themes, which Object.entries does not know.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  list.map((attack) => ({ ...attack, theme: theme as Theme })),
)
