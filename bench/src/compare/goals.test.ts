import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { benchFolder } from '../folders.ts'
import { coreBytesIn } from './bundle.ts'
import { readCompareArguments } from './compare-arguments.ts'
import type { ContenderName } from './contender.ts'
import { contenders } from './contenders.ts'
import { type Bound, type Goal, goals, type Which } from './goals.ts'
import { judge, type Measured } from './judge.ts'
import { explain, lockHash, withoutNodedir } from './peers.ts'
import { relayGoals } from './relay-goals.ts'
import type { Series } from './run-all.ts'
import { compareScenarios } from './scenarios.ts'

const which: Which = { scenario: 'shop', of: 'bread', name: 'price' }

function series(name: ContenderName, ...values: readonly number[]): Series {
  const runs = values.map((value) => ({
    figures: [{ of: 'bread', name: 'price', unit: '€', value }],
    checked: 1,
  }))
  return { contender: contenders[name], runs, failed: [] }
}

function measured(...all: readonly Series[]): Measured {
  return new Map([['shop', all]])
}

function goal(better: 'more' | 'less', floors: readonly Bound[], aims: readonly Bound[] = []): Goal {
  return {
    goal: 'G0',
    peers: ['hocuspocus', 'y-websocket'],
    limit: 'bare-ws-sqlite',
    conditions: [{ which, better, floors, aims }],
  }
}

const twicePeer: Bound = { times: 2, with: 'hocuspocus' }
const halfLimit: Bound = { times: 0.5, with: 'bare-ws-sqlite' }

describe('a goal', () => {
  const others = [
    series('hocuspocus', 10, 11, 500),
    series('y-websocket', 9, 8),
    series('bare-ws-sqlite', 60, 50),
  ]

  test('[BE22] tells medians of one run, and the strictest bound in the unit of ours', () => {
    const judgement = judge(
      goal('more', [twicePeer, halfLimit], [{ times: 3, with: 'hocuspocus' }, { value: 1 }]),
      measured(series('parley', 30, 1, 29), ...others),
    )
    expect(judgement).toEqual({
      line: { goal: 'G0', value: 29, bestPeer: 11, limit: 55, floor: 27.5, aim: 33, ok: true },
      missed: [],
    })
    expect(Object.keys(judgement.line)).toEqual(['goal', 'value', 'bestPeer', 'limit', 'floor', 'aim', 'ok'])
  })

  test('[BE23] is missed when any of its ratios is, however high the value', () => {
    const slowLimit = measured(series('parley', 29), series('hocuspocus', 15), series('bare-ws-sqlite', 20))
    expect(judge(goal('more', [twicePeer, halfLimit]), slowLimit)).toMatchObject({
      line: { ok: false, floor: 30 },
      missed: ['bread, price: 29, at least 30 by 2 × hocuspocus'],
    })
    expect(judge(goal('more', [halfLimit]), slowLimit).line.ok).toBe(true)
  })

  test('[BE23] that is to be small is held against the smallest bound, and met on it', () => {
    const floors: readonly Bound[] = [
      { times: 1 / 8, with: 'hocuspocus' },
      { times: 1.5, with: 'bare-ws-sqlite' },
    ]
    const run = (ours: number): Measured =>
      measured(series('parley', ours), series('hocuspocus', 80), series('bare-ws-sqlite', 8))
    expect(judge(goal('less', floors), run(10)).line).toMatchObject({ floor: 10, bestPeer: 80, ok: true })
    expect(judge(goal('less', floors), run(10.01))).toMatchObject({
      line: { ok: false },
      missed: ['bread, price: 10.01, at most 10 by 1/8 × hocuspocus'],
    })
  })

  test('[BE22] with a figure that is not there is not met', () => {
    const nobody = judge(goal('more', [twicePeer]), measured(series('parley', 29)))
    expect(nobody.line).toEqual({
      goal: 'G0',
      value: 29,
      bestPeer: null,
      limit: null,
      floor: null,
      aim: null,
      ok: false,
    })
    expect(nobody.missed).toEqual(['bread, price: no figure of 2 × hocuspocus'])
    // All runs of ours have failed.
    const none = judge(goal('more', [{ value: 1 }]), measured(series('parley'), ...others))
    expect(none).toMatchObject({
      line: { value: null, ok: false },
      missed: ['bread, price: no figure of ours'],
    })
    expect(judge(goal('more', [{ value: 1 }]), new Map()).line.ok).toBe(false)
  })

  test('[BE22] with several conditions needs them all, and may be held against another figure of our own', () => {
    const short: Which = { ...which, of: 'milk' }
    const both = (milk: number): Measured => {
      const [one] = series('parley', 12).runs
      const figures = [...(one?.figures ?? []), { of: 'milk', name: 'price', unit: '€', value: milk }]
      return measured({ contender: contenders.parley, runs: [{ figures, checked: 1 }], failed: [] })
    }
    const two: Goal = {
      ...goal('less', [{ value: 20 }]),
      conditions: [
        { which, better: 'less', floors: [{ value: 20 }], aims: [] },
        { which, better: 'less', floors: [{ times: 1.2, ownOf: short }], aims: [] },
      ],
    }
    expect(judge(two, both(10)).line.ok).toBe(true)
    expect(judge(two, both(9))).toMatchObject({
      line: { ok: false, value: 12, floor: 20 },
      missed: ['bread, price: 12, at most 10.8 by 1.2 × our own milk'],
    })
  })
})

describe('the goals', () => {
  test('[BE22] are G1 to G12, and each figure is one that its quick run gives to everybody it needs', () => {
    expect(goals.map((one) => one.goal)).toEqual(Array.from({ length: 12 }, (_, n) => `G${n + 1}`))
    const lacking = goals.flatMap(({ conditions, peers, limit }) =>
      conditions.flatMap((condition) => {
        const { scenario } = condition.which
        const quick = compareScenarios.find(({ name }) => name === scenario)?.quick ?? []
        const needed = condition.floors.flatMap((bound) => ('with' in bound ? [bound.with] : []))
        const told = condition === conditions[0] ? [...peers, ...(limit === undefined ? [] : [limit])] : []
        const names = scenario === 'bundle' ? [] : (['parley', ...needed, ...told] as const)
        return names.filter((name) => !quick.includes(name)).map((name) => `${scenario} lacks ${name}`)
      }),
    )
    expect(lacking).toEqual([])
  })

  test('[BE23] are ratios wherever somebody stands beside them', () => {
    // What was acknowledged and is lost: nobody is to lose anything, whatever others lose.
    const absolute = goals.filter(({ conditions }) => !conditions[0].floors.some((bound) => 'times' in bound))
    expect(absolute.map(({ goal: name }) => name)).toEqual(['G8'])
  })

  test('[BE22] README.md says of each what it compares', () => {
    const readme = readFileSync(join(benchFolder, 'README.md'), 'utf8')
    for (const one of goals) expect(readme).toContain(`| ${one.goal} |`)
  })

  test('[BE22] the size of the core is read from what pnpm size says', () => {
    expect(coreBytesIn('core: 72.1 kB gzipped of at most 72.9 kB; the aim …\n  251.5 kB of code')).toBe(
      72_100,
    )
    expect(coreBytesIn('cores: 72.1 kB gzipped')).toBeUndefined()
    expect(coreBytesIn('')).toBeUndefined()
  })

  test('[BE21] a goal that there is not, or no --quick, is answered with how it is run', async () => {
    const printed: string[] = []
    expect(await relayGoals(['--quick', 'G13'], (text) => printed.push(text))).toBe(2)
    expect(await relayGoals([], (text) => printed.push(text))).toBe(2)
    expect(printed[0]).toContain('There is no G13.')
    expect(printed[1]).toMatch(/^pnpm bench relay --quick runs every goal/)
  })
})

describe('what is typed', () => {
  test.each([
    [['lives'], 'No such scenario: lives. There are: live-pairs, live-crowd, '],
    [['live', '--runs=0'], '--runs=0 is no number of runs.'],
    [['live', '--runs=many'], '--runs=many is no number of runs.'],
    [['--with=parley,elsewhere'], 'No such contender: elsewhere. There are: parley, '],
    [['--fast'], 'There is no --fast. There are: --quick, --runs=<n>, '],
  ])('[BE21] %j is answered with what there is', (words, says) => {
    const asked = readCompareArguments(words, compareScenarios)
    expect(asked.ok ? '' : asked.sentence).toContain(says)
  })

  test('[BE21] a name stands for all whose names begin with it; no name for all', () => {
    const live = readCompareArguments(['live', 'kill', '--quick'], compareScenarios)
    expect(live).toMatchObject({ ok: true, size: 'quick', runs: 3 })
    expect(live.ok ? live.scenarios.map(({ name }) => name) : []).toEqual([
      'live-pairs',
      'live-crowd',
      'live-town',
      'kill',
    ])
    const all = readCompareArguments(['--runs=7', '--with=bare-ws'], compareScenarios)
    expect(all).toMatchObject({ ok: true, size: 'full', runs: 7, contenders: ['bare-ws'] })
    expect(all.ok ? all.scenarios : []).toHaveLength(compareScenarios.length)
  })

  test('[BE16] in full size every scenario is run five times', () => {
    expect(readCompareArguments([], compareScenarios)).toMatchObject({ ok: true, runs: 5, size: 'full' })
  })
})

describe('preparing the peers', () => {
  test.each([
    ['install', 'npm error code ENOTFOUND\nnpm error network', /no way to the npm registry/],
    ['build', 'npm error ECONNREFUSED', /no way to the npm registry/],
    ['install', '\nspawn npm ENOENT', /with npm, which is not there/],
    ['install', 'npm error ENOSPC: no space left', /disk is full/],
    ['build', 'gyp ERR! stack Error: not found: make', /takes a C\+\+ compiler, make and Python 3/],
    ['build', 'gyp ERR! find Python Python is not set', /takes a C\+\+ compiler, make and Python 3/],
    ['build', 'make: g++: No such file or directory', /takes a C\+\+ compiler, make and Python 3/],
    ['build', 'error: expected a semicolon', /could not be built:\nerror: expected a semicolon/],
    ['install', 'npm error EINTEGRITY', /could not be installed:\nnpm error EINTEGRITY/],
  ] as const)('[BE20] that fails in %s with %j is told in a sentence', (step, output, says) => {
    expect(explain(step, output)).toMatch(says)
  })

  test('[BE20] headers that the user has chosen are left out, however they are written', () => {
    const environment = { PATH: '/bin', npm_config_nodedir: '/a', NPM_CONFIG_NODEDIR: '/b', HOME: '/c' }
    expect(withoutNodedir(environment)).toEqual({ PATH: '/bin', HOME: '/c' })
  })

  test('[BE20] what was prepared is known by the lock file', () => {
    expect(lockHash(Buffer.from('a'))).not.toBe(lockHash(Buffer.from('b')))
    expect(lockHash(Buffer.from('a'))).toBe(lockHash(Buffer.from('a')))
  })
})
