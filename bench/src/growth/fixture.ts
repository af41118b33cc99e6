/**
 * Data to start from, as large as a point of a curve asks: written once by the relay's own engine, smaller ones on the way to
 * larger ones, and kept in a folder that git ignores for as long as a log is laid out as it is now.
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSqliteRelayStore } from '@parley/relay/node'
import { protocolVersion } from '@parley/wire'
import { benchFolder, makeFolder } from '../folders.ts'
import { type Engine, openEngine } from './engine.ts'

/** Goes up when what is written is to be another. */
const recipeVersion = 1

/** What is written, step by step: `grow` makes something of `from` into the same of `to`. */
export interface Recipe {
  readonly name: string
  readonly grow: (engine: Engine, from: number, to: number, tell: (done: number) => void) => Promise<void>
}

export interface Fixture {
  /** A relay's data. */
  readonly data: string
  readonly epoch: string
  /** Of its last row: whoever stands there has caught up. */
  readonly position: number
}

export interface FixtureOptions {
  readonly parent?: string
  readonly print: (line: string) => void
}

const cache = join(benchFolder, '.cache', 'growth')
const tellEveryMs = 5000

/** Answers one for each size, in their order; they ascend. */
export async function fixturesOf(
  recipe: Recipe,
  sizes: readonly number[],
  options: FixtureOptions,
): Promise<readonly Fixture[]> {
  const parent = options.parent ?? cache
  const format = await formatOf()
  const folders = sizes.map((size) => join(parent, `${recipe.name}-${size}-${format}`))
  if (folders.some((folder) => !isWhole(folder))) await make(recipe, sizes, folders, options)
  return folders.map(readFixture)
}

/** A copy to run a relay on, in a folder of its own; whoever asked for it removes that. */
export function copyOf(fixture: Fixture): string {
  const folder = makeFolder('growth')
  cpSync(fixture.data, join(folder, 'data'), { recursive: true })
  return folder
}

async function make(
  recipe: Recipe,
  sizes: readonly number[],
  folders: readonly string[],
  { print }: FixtureOptions,
): Promise<void> {
  const working = makeFolder('fixture')
  const data = join(working, 'data')
  try {
    let from = 0
    for (const [index, to] of sizes.entries()) {
      const folder = folders[index] ?? ''
      await grow(recipe, data, { from, to, print })
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
      cpSync(data, join(folder, 'data'), { recursive: true })
      from = to
      await describe(folder)
    }
  } finally {
    rmSync(working, { recursive: true, force: true })
  }
}

interface Growing {
  readonly from: number
  readonly to: number
  readonly print: (line: string) => void
}

async function grow(recipe: Recipe, data: string, { from, to, print }: Growing): Promise<void> {
  const begin = performance.now()
  let told = begin
  const rate = (done: number): string => {
    const perSecond = Math.round(((done - from) * 1000) / (performance.now() - begin))
    return `${perSecond.toLocaleString('en')} per s`
  }
  const engine = await openEngine(data)
  try {
    await recipe.grow(engine, from, to, (done) => {
      if (performance.now() - told < tellEveryMs) return
      told = performance.now()
      print(`  ${recipe.name}: ${done.toLocaleString('en')} of ${to.toLocaleString('en')}, ${rate(done)}`)
    })
  } finally {
    await engine.close()
  }
  print(`  ${recipe.name}: ${to.toLocaleString('en')} are there, ${rate(to)}`)
}

/** Written last, and at once: a folder that has it is whole. */
const note = 'fixture.json'

async function describe(folder: string): Promise<void> {
  const store = await openSqliteRelayStore({ directory: join(folder, 'data') })
  const { epoch, position } = store
  await store.close()
  writeFileSync(join(folder, `${note}.new`), JSON.stringify({ epoch, position }))
  renameSync(join(folder, `${note}.new`), join(folder, note))
}

function isWhole(folder: string): boolean {
  return existsSync(join(folder, note))
}

function readFixture(folder: string): Fixture {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of our own, written above
  const noted = JSON.parse(readFileSync(join(folder, note), 'utf8')) as Pick<Fixture, 'epoch' | 'position'>
  return { data: join(folder, 'data'), ...noted }
}

/** What an empty log looks like: another layout, other fixtures. */
async function formatOf(): Promise<string> {
  const folder = makeFolder('format')
  try {
    const store = await openSqliteRelayStore({ directory: folder })
    await store.close()
    const database = new DatabaseSync(join(folder, 'relay.sqlite'))
    const layout = database.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all()
    database.close()
    const text = JSON.stringify([recipeVersion, protocolVersion, layout])
    return createHash('sha256').update(text).digest('hex').slice(0, 12)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
