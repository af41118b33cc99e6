import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { benchFolder } from '../folders.ts'
import { someConversation, userOf } from '../people.ts'
import { readArguments } from './arguments.ts'
import { startCrew } from './crew.ts'
import { loadSection, readLoadSection } from './kept.ts'
import { load, runLoad } from './load.ts'
import { openRaw } from './raw-device.ts'
import { atMost, isTrue, type Check, type LoadScenario } from './scenario.ts'
import { loadScenarios } from './scenarios.ts'

const patience = 120_000

/** Folders of this process; another one may be measuring. */
function foldersLeft(): readonly string[] {
  const cache = join(benchFolder, '.cache')
  return existsSync(cache) ? readdirSync(cache).filter((name) => name.includes(`-${process.pid}-`)) : []
}

function scenarioOf(given: Partial<LoadScenario>): LoadScenario {
  return {
    name: 'nothing',
    about: 'Nothing happens.',
    full: { people: 3 },
    quick: { people: 1 },
    limits: () => [],
    sockets: () => 1,
    run: async () => Promise.resolve({ figures: [], checks: [] }),
    ...given,
  }
}

describe.concurrent.each(loadScenarios)('$name', (scenario) => {
  test('[BE8] does everything in its quick form', { timeout: patience }, async () => {
    const { figures, checks } = await runLoad(scenario, scenario.quick, () => undefined)
    expect(checks.filter(({ kind, holds }) => kind === 'truth' && !holds)).toEqual([])
    expect(checks.some(({ kind }) => kind === 'truth')).toBe(true)
    expect(figures.length).toBeGreaterThan(0)
    for (const { of, name, value } of figures) expect(value, `${of}, ${name}`).toSatisfy(Number.isFinite)
    const names = figures.map(({ of, name, unit }) => `${of}, ${name}, ${unit}`)
    expect(new Set(names).size).toBe(names.length)
  })
})

test('[BE8] the numbers of the quick form are those of the full one', () => {
  for (const { full, quick } of loadScenarios)
    expect(Object.keys(quick).toSorted()).toEqual(Object.keys(full).toSorted())
})

describe('the command', () => {
  const told = async (words: readonly string[], checks: readonly Check[]): Promise<[number, string]> => {
    const printed: string[] = []
    const run: LoadScenario['run'] = async () => Promise.resolve({ figures: [], checks })
    const code = await load(words, (text) => printed.push(text), [scenarioOf({ run })])
    return [code, printed.join('\n')]
  }

  test('[BE9] ends with 0 when all checks hold, and with 1 when one does not', async () => {
    expect(await told(['nothing'], [isTrue('they are there', true, 3)])).toEqual([
      0,
      expect.stringContaining('- Holds: they are there (3).'),
    ])
    const [code, text] = await told(['nothing'], [isTrue('they are there', false, 2)])
    expect(code).toBe(1)
    expect(text).toContain('- **Does not hold**: they are there (2).')
    expect(text).toContain('1 checks do not hold.')
  })

  test('[BE9] how fast something was decides in full size only', async () => {
    const late = atMost('the answer', 7.123456, 5, 'ms')
    expect(late).toMatchObject({ says: 'the answer: at most 5 ms', holds: false, found: '7.123 ms' })
    expect(atMost('the answer', 5, 5, 'ms').holds).toBe(true)
    expect(atMost('the answer', Number.NaN, 5, 'ms').holds).toBe(false)
    expect((await told(['nothing'], [late]))[0]).toBe(1)
    expect((await told(['nothing', '--quick'], [late]))[0]).toBe(0)
    expect((await told(['nothing', '--quick'], [late, isTrue('it came', false, 0)]))[0]).toBe(1)
  })

  test('[BE10] tells the limits it changes, and those of the relay are changed', async () => {
    const letIn = async (limits: readonly string[]): Promise<readonly string[]> => {
      const printed: string[] = []
      const ends: string[] = []
      const run: LoadScenario['run'] = async (stage) => {
        const relay = await stage.startRelay()
        const user = userOf('Ann')
        await openRaw({ port: relay.port, user })
        await openRaw({ port: relay.port, user, ended: ({ code }) => ends.push(code) }).catch(() => undefined)
        return { figures: [], checks: [isTrue('the second was let in', ends.length === 0, ends.join())] }
      }
      const scenario = scenarioOf({ run, limits: () => limits })
      const code = await load(['nothing'], (text) => printed.push(text), [scenario])
      expect(code).toBe(limits.length)
      return printed.filter((text) => text.startsWith('The relay'))
    }
    expect(await letIn([])).toEqual(['The relay’s limits: its defaults.'])
    expect(await letIn(['--max-sessions=1'])).toEqual(['The relay’s limits: --max-sessions=1.'])
    expect(foldersLeft()).toEqual([])
  })

  test('[BE11] starts nothing where a process may have too few files open', async () => {
    const printed: string[] = []
    const run: LoadScenario['run'] = async () => Promise.reject(new Error('it has run'))
    const scenario = scenarioOf({ run, sockets: (number) => number('people') })
    expect(await load(['nothing'], (text) => printed.push(text), [scenario], 202)).toBe(2)
    expect(printed).toEqual([
      'Here a process may have 202 files open, and nothing needs 203. Raise that first (ulimit -n 203), or take fewer sockets.',
    ])
    await expect(load(['nothing'], () => undefined, [scenario], 203)).rejects.toThrow('it has run')
  })

  test('[BE13] answers what it does not know with what there is', async () => {
    const all = [scenarioOf({}), scenarioOf({ name: 'more' })]
    const sentence = (...words: readonly string[]): string => {
      const asked = readArguments(words, all)
      return asked.ok
        ? JSON.stringify([asked.scenario.name, asked.quick, asked.save, asked.numbers])
        : asked.sentence
    }
    expect(sentence()).toBe('Name a scenario. There are: nothing, more.')
    expect(sentence('less')).toBe('No such scenario: less. There are: nothing, more.')
    expect(sentence('more', '--people=7')).toBe('["more",false,false,{"people":7}]')
    expect(sentence('more', '--quick')).toBe('["more",true,false,{"people":1}]')
    expect(sentence('more', '--save')).toBe('["more",false,true,{"people":3}]')
    for (const option of ['--dogs=3', '--people', 'people=3', '--toString=3'])
      expect(sentence('more', option)).toBe(
        `more has no ${option}. There are: --quick, --save, --people=<n>.`,
      )
    for (const option of ['--people=', '--people=many', '--people=-1', '--people=Infinity'])
      expect(sentence('more', option)).toBe(`${option} is no number.`)
    expect(sentence('more', '--quick', '--save')).toContain('are not saved')
    expect(await load(['less'], () => undefined, all)).toBe(2)
  })
})

test('[BE12] a process of devices that fails, or ends, fails what it was asked', async () => {
  const crew = startCrew()
  expect(await crew.ask('ready')).toBe(crew.pid)
  await expect(crew.ask('idleSay', { user: 'nobody', conversation: someConversation() })).rejects.toThrow(
    'nobody is not here',
  )
  // It goes on after that.
  expect(await crew.ask('ready')).toBe(crew.pid)
  const [asked] = await Promise.allSettled([crew.ask('stormOpen', { port: 1, users: ['Ann'] }), crew.end()])
  expect(asked).toMatchObject({ status: 'rejected' })
  expect(String(asked.status === 'rejected' ? asked.reason : '')).toContain('ended with SIGKILL')
  await expect(crew.ask('ready')).rejects.toThrow('a process of devices ended')
  expect(() => process.kill(crew.pid, 0)).toThrow('ESRCH')
})

test(
  '[BE12] what a scenario has started ends with it, also when it fails',
  { timeout: patience },
  async () => {
    const pids: number[] = []
    const run: LoadScenario['run'] = async (stage) => {
      pids.push((await stage.startRelay()).pid, (await stage.startCrew()).pid)
      throw new Error('it went wrong')
    }
    await expect(runLoad(scenarioOf({ run }), {}, () => undefined)).rejects.toThrow('it went wrong')
    expect(pids).toHaveLength(2)
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    expect(foldersLeft()).toEqual([])
  },
)

test('[BE14] README.md tells what was found under load', () => {
  expect(readLoadSection()).toBe(loadSection(loadScenarios))
})
