import { createTestRelay } from '@parley/relay/testing'
import { describe, expect, test } from 'vitest'
import type { Attack } from './attack.ts'
import { attacks } from './attacks.ts'
import { groundOf } from './ground-memory.ts'
import { canary } from './scene.ts'
import { enter } from './session.ts'
import { sumOf, tasksOf } from './suite.ts'
import { tryAttack } from './trial.ts'

/** An attack on a relay in order that does what no attack may do and be called held. */
const harmless: Attack = {
  name: 'harmless',
  says: 'nothing',
  breaks: ['RE1'],
  scene: 'member',
  expects: { parley: { answers: ['nothing'] } },
  run: async () => ['nothing'],
}

const faultsOf = async (attack: Partial<Attack>): Promise<readonly string[]> => {
  const { relay } = createTestRelay()
  return (await tryAttack(groundOf(relay), { ...harmless, ...attack }, 'parley')).faults
}

describe('[AT6] an attack falls', () => {
  test('not when nothing happens', async () => {
    expect(await faultsOf({})).toEqual([])
  })

  test('when the answer is another', async () => {
    expect(await faultsOf({ run: async () => ['accepted'] })).toEqual([
      'the answer was "accepted", not "nothing"',
    ])
  })

  test('when it throws', async () => {
    const run = async (): Promise<never> => {
      throw new Error('no such luck')
    }
    expect(await faultsOf({ run })).toEqual(['no such luck'])
  })

  test('when a replica of somebody honest is otherwise afterwards', async () => {
    const [fault = ''] = await faultsOf({
      async run(_attacker, { tom, tomsPen, conversation, page }) {
        await tom.push(conversation, page, [tomsPen.text('one more').update])
        return ['nothing']
      },
    })
    expect(fault).toContain('otherwise than before')
    expect(fault).toContain("Tom's device:")
    expect(fault).toContain('a fresh device of')
  })

  test('when somebody honest is told anything, a signal even', async () => {
    const [fault = ''] = await faultsOf({
      async run(attacker, { conversation }) {
        const session = await attacker.session()
        session.line.send({ frame: 'signal', conversation, content: 'hi' })
        await session.settle()
        return ['nothing']
      },
    })
    expect(fault).toContain("Tom's device: heard")
  })

  test("when somebody honest's session ends", async () => {
    const [fault = ''] = await faultsOf({
      async run(_attacker, { ground, tom }) {
        await enter(ground, tom.user, tom.device)
        return ['nothing']
      },
    })
    expect(fault).toContain('failure replaced')
  })

  test('when he hears what he may not read', async () => {
    const run: Attack['run'] = async (attacker) => {
      attacker.hear(`so ${canary} it was`)
      return ['nothing']
    }
    expect(await faultsOf({ run })).toEqual(['the attacker heard what he may not read'])
  })

  test('when doing it again ends otherwise than it must', async () => {
    const again = (how: string) => ({ parley: { answers: ['nothing'], again: how } })
    expect(await faultsOf({ expects: again('same') })).toEqual([])
    expect(await faultsOf({ expects: again('failure malformed') })).toEqual([
      'done again and again it ended with "no end", not "failure malformed"',
    ])
    let times = 0
    const run = async (): Promise<readonly string[]> => {
      times += 1
      return [times < 5 ? 'nothing' : 'accepted']
    }
    expect(await faultsOf({ expects: again('same'), run })).toEqual([
      'the answer was "accepted" when it was done again',
    ])
  })

  test('when the relay has ended, whatever it answered', async () => {
    const { relay } = createTestRelay()
    const run = async (): Promise<readonly string[]> => {
      await relay.drain()
      return ['nothing']
    }
    const { faults } = await tryAttack(groundOf(relay), { ...harmless, run }, 'parley')
    expect(faults.length).toBeGreaterThan(0)
  })
})

test('[AT7] what is to be tried is told by door, name or theme, and counted in one line', () => {
  const all = tasksOf(attacks, {})
  expect(all.length).toBeGreaterThan(attacks.length)
  expect(tasksOf(attacks, { door: 'stock' }).every(({ door }) => door === 'stock')).toBe(true)
  expect(tasksOf(attacks, { only: 'clock-gap' }).map(({ door }) => door)).toEqual(['parley', 'stock'])
  expect(tasksOf(attacks, { only: 'clocks' }).every(({ attack }) => attack.theme === 'clocks')).toBe(true)
  expect(tasksOf(attacks, { only: 'no-such' })).toEqual([])
  const result = { attack: 'a', door: 'parley', faults: [], seen: '', ms: 0, waitMs: 0, heldMs: 0 } as const
  expect(sumOf([result, { ...result, faults: ['x', 'y'] }, result])).toBe('2 held, 1 fell')
})
