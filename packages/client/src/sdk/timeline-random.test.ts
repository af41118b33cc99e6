import { readAppend, readEntry } from '@parley/document'
import type { EntryRow } from '@parley/wire'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TestDevice } from '../testing/device.test-kit.ts'
import { holder, idsOf, lunch, talk } from '../testing/history.test-kit.ts'
import type { Script } from '../testing/script.test-kit.ts'
import { entryId, jerry, pushed, settle } from '../testing/values.test-kit.ts'
import { range, shown } from '../testing/timeline.test-kit.ts'

const acts = [
  'arrival',
  'own',
  'accept',
  'refuse',
  'page',
  'recall',
  'older',
  'newer',
  'jump',
  'discard',
] as const

type Act = (typeof acts)[number]

const steps = fc.array(
  fc.record({
    do: fc.constantFrom(...acts),
    count: fc.integer({ min: 1, max: 9 }),
  }),
  { maxLength: 25 },
)

/** So that in every run something of one's own is accepted. */
const oneOfEach = (...named: readonly Act[]): { do: Act; count: number }[] =>
  named.map((act) => ({ do: act, count: 1 }))

test('[CL218] whatever happens, a timeline is one contiguous run within its bound, and says what lies beside it', async () => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      steps,
      async (sizes, planned) => {
        const script = talk({ sizes })
        const device = await holder(
          script,
          sizes.map((_, at) => at + 1),
        )
        device.sent()
        const { timeline, faults } = await shown(device, { limit: 3, max: 7 })
        for (const { do: what, count } of planned) {
          if (what === 'older') await timeline.loadOlder(count)
          else if (what === 'newer') await timeline.loadNewer(count)
          else if (what === 'jump') await timeline.jumpTo(entryId(1 + (count % sizes.length)))
          else accepted += await happens(device, script, what, count)
          await settle()
          const all = (await device.engine.history(lunch, { limit: 1000 })).messages
          const ids = idsOf(all)
          const here = idsOf(timeline.messages)
          const at = ids.indexOf(here[0] ?? '')
          expect(ids.slice(at, at + here.length)).toEqual(here)
          expect([timeline.hasOlder, timeline.missing]).toEqual([at > 0, false])
          // At the newest end it shows that; elsewhere what waits is not in it.
          const waits = new Set(idsOf(all.filter(({ state, seq }) => seq === 0 || state === 'failed')))
          expect(timeline.hasNewer ? here.some((id) => waits.has(id)) : here.at(-1) !== ids.at(-1)).toBe(
            false,
          )
          expect(here.filter((id) => !waits.has(id)).length).toBeLessThanOrEqual(7)
        }
        expect(faults).toEqual([])
      },
    ),
    { numRuns: 80, examples: [[[2], oneOfEach('own', 'accept', 'older', 'arrival')]] },
  )
  expect(accepted).toBeGreaterThan(0)
}, 60_000)

/** Answers how many own messages were accepted. */
async function happens(device: TestDevice, script: Script, what: string, count: number): Promise<number> {
  if (what === 'arrival')
    await device.say(script.frame(...range(1, count).map((text) => script.text(jerry, text))))
  if (what === 'own') await device.engine.send(lunch, { type: -1, text: 'own' })
  if (what === 'page') await device.say(script.frame(script.change({ op: 'page', pages: script.pages + 1 })))
  if (what === 'recall') {
    const row = script.rows.findLast(
      (one): one is EntryRow => one.kind === 'entry' && one.page === script.pages && isText(one),
    )
    if (row !== undefined) await device.say(script.frame(script.recall(row)))
  }
  if (what === 'discard') {
    const failed = device.engine.unsent().find(({ state }) => state === 'refused')
    if (failed !== undefined) await device.engine.discardUnsent(failed.id)
  }
  if (what !== 'accept' && what !== 'refuse') return 0
  await settle()
  const updates = pushed(device.sent())
  const taken = what === 'accept' ? updates.filter(({ page }) => page === script.pages) : []
  const refused = updates.filter((update) => !taken.includes(update))
  const rows = taken.map((update) => script.accept(update))
  const verdict = { class: 'refused', code: 'bad-content', detail: 'no' } as const
  const answers = refused.map(({ page, client, clock }) => ({ page, client, clock, verdict }))
  await device.say(script.accepted(taken, rows), { frame: 'answer', conversation: lunch, answers })
  if (rows.length > 0) await device.say(script.frame(...rows))
  return rows.length
}

function isText({ update, seq }: EntryRow): boolean {
  const read = readAppend(update)
  const entry = read.ok ? readEntry(read.append.content) : undefined
  return seq > 0 && entry?.ok === true && !('op' in entry.entry) && entry.entry.from === jerry
}
