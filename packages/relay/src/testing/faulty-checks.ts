/** Tables of checks with one mistake in each. */
import type { Case, Check, CheckName } from '../checks.ts'

/** Membership is looked up the first time and then believed for ever. */
export function judgeMembersOnce(order: readonly Check[]): readonly Check[] {
  const members = new Set<string>()
  const key = ({ pushed }: Case): string => `${pushed.conversation} ${pushed.by.user}`
  return order.map((check): Check => {
    if (check.name !== 'membership' && check.name !== 'rules') return check
    return {
      name: check.name,
      judge(it) {
        const former = it.member?.role === ''
        if (former && members.has(key(it))) return undefined
        if (!former) members.add(key(it))
        return check.judge(it)
      },
    }
  })
}

/** Nothing is missed where something is missing, and what comes late is taken as new. */
export function acceptGaps(order: readonly Check[]): readonly Check[] {
  return without(order, 'gap').map((check): Check => {
    if (check.name !== 'known-clock') return check
    return {
      name: check.name,
      judge(it) {
        try {
          return check.judge(it)
        } catch {
          // The clock is below the next one, and no row stands there: this bug's own hole.
          return undefined
        }
      },
    }
  })
}

/** The page is asked for before what is known. */
export function judgePageFirst(order: readonly Check[]): readonly Check[] {
  const first = order.filter(({ name }) => name === 'page')
  return without(order, 'page').flatMap((check) =>
    check.name === 'known-clock' ? [...first, check] : [check],
  )
}

/** Who may not speak is asked of nobody. */
export function hearTheMuted(order: readonly Check[]): readonly Check[] {
  return order.map((check): Check => {
    if (check.name !== 'rules') return check
    return {
      name: check.name,
      judge(it) {
        if (it.core === undefined) return check.judge(it)
        const value = { ...it.core.value, muted: new Map() }
        return check.judge({ ...it, core: { ...it.core, value } })
      },
    }
  })
}

function without(order: readonly Check[], name: CheckName): readonly Check[] {
  return order.filter((check) => check.name !== name)
}
