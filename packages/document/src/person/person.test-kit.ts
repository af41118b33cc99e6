/** People and their rows in a map: what a relay does with the verdicts, and what a device does that knows nobody else's. */
import { parseUserId, type UserId } from '../ids.ts'
import type { JsonObject } from '../entry/entry.ts'
import { judgePerson } from './judge-person.ts'
import { parsePersonCommand } from './parse-command.ts'
import { personGroup } from './parse-values.ts'
import { type PersonKind, personKinds, type PersonVerdict } from './person.ts'

export function userOf(name: string): UserId {
  const user = parseUserId(name)
  if (user === undefined) throw new Error(`no user id: ${name}`)
  return user
}

export interface PeopleStage {
  time: number
  /** What is not given is unknown to it: others' rows, on a device. */
  readonly othersKnown: boolean
  readonly rows: ReadonlyMap<string, JsonObject>
  read(owner: string, kind: PersonKind, key: string): JsonObject | undefined
  put(owner: string, kind: PersonKind, key: string, value: JsonObject | null): void
  /** Parsed as a relay would, judged, and carried out. */
  run(by: string, command: unknown): PersonVerdict
}

export function createPeopleStage(othersKnown = true): PeopleStage {
  const rows = new Map<string, JsonObject>()
  const stage: PeopleStage = {
    time: 1000,
    othersKnown,
    rows,
    read: (owner, kind, key) => rows.get(`${owner}/${kind}/${key}`),
    put(owner, kind, key, value) {
      if (value === null) rows.delete(`${owner}/${kind}/${key}`)
      else rows.set(`${owner}/${kind}/${key}`, value)
    },
    run(by, command) {
      const parsed = parsePersonCommand(command)
      if (!parsed.ok) return { accepted: false, code: parsed.code, detail: parsed.detail }
      const verdict = judgePerson(parsed.command, {
        by: userOf(by),
        time: stage.time,
        read: (...key) => stage.read(...key),
        count: (owner, group) =>
          [...rows].filter(([key, value]) => {
            const [of, kind] = key.split('/')
            const known = personKinds.find((one) => one === kind)
            return of === owner && known !== undefined && personGroup(known, value) === group
          }).length,
        othersKnown,
      })
      if (verdict.accepted)
        for (const { owner, kind, key, value } of verdict.changes) stage.put(owner, kind, key, value)
      return verdict
    },
  }
  return stage
}

/** As `owner/kind/key`, or the code of the refusal. */
export function changedBy(verdict: PersonVerdict): readonly string[] | string {
  return verdict.accepted
    ? verdict.changes.map(({ owner, kind, key }) => `${owner}/${kind}/${key}`)
    : verdict.code
}
