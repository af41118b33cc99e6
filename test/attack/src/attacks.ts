/** All attacks there are. */
import { authorship } from './attacks/authorship.ts'
import { clocks } from './attacks/clocks.ts'
import { commands } from './attacks/commands.ts'
import { content } from './attacks/content.ts'
import { floods } from './attacks/floods.ts'
import { forms } from './attacks/forms.ts'
import { frames } from './attacks/frames.ts'
import { http } from './attacks/http.ts'
import { operations } from './attacks/operations.ts'
import { oversize } from './attacks/oversize.ts'
import { people } from './attacks/people.ts'
import { reading } from './attacks/reading.ts'
import { rights } from './attacks/rights.ts'
import { sessions } from './attacks/sessions.ts'
import { structure } from './attacks/structure.ts'
import { tokens } from './attacks/tokens.ts'
import type { Attack, Theme, ThemedAttack } from './attack.ts'

const byTheme: Readonly<Record<Theme, readonly Attack[]>> = {
  authorship,
  clocks,
  structure,
  forms,
  content,
  operations,
  rights,
  commands,
  reading,
  people,
  sessions,
  tokens,
  http,
  frames,
  oversize,
  floods,
}

export const attacks: readonly ThemedAttack[] = Object.entries(byTheme).flatMap(([theme, list]) =>
  // The keys of the table are themes, which Object.entries does not know.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  list.map((attack) => ({ ...attack, theme: theme as Theme })),
)
