// Packs every public package, installs the tarballs into a folder outside the workspace with npm, and is a consumer of
// them there: the compiler reads their types under three settings, Node imports every entry. What publint and attw
// cannot see (a dependency only the workspace has, a type that needs a development package) is seen here.

import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createChecks, run } from './checks.ts'
import { publicPackages, type PublicPackage } from './packages.ts'
import { pnpm, root } from './prepare.mjs'

const packages = publicPackages()
const { check, finish } = createChecks()
const folder = mkdtempSync(join(tmpdir(), 'parley-packed-'))
const tarballs = join(folder, 'tarballs')

await check('everything compiles', () => void run('tsc', ['-b']))
for (const about of packages) removeOrphans(join(root, about.folder))
mkdirSync(tarballs)
const filters = packages.flatMap((about) => ['--filter', `./${about.folder}`])
run('npx', ['--yes', pnpm, '-r', ...filters, 'pack', '--pack-destination', tarballs])

for (const about of packages) {
  const tarball = join(tarballs, tarballName(about))
  await check(`${about.name}: what is in the tarball`, () => {
    checkContents(run('tar', ['-tzf', tarball]).trim().split('\n'))
  })
  await check(`${about.name}: publint`, () => void run('publint', ['run', tarball, '--strict']))
  if (about.entries.length > 0) {
    await check(`${about.name}: attw`, () => void run('attw', [tarball, '--profile', 'esm-only']))
  }
}

await check('npm installs the tarballs', () => {
  const dependencies = Object.fromEntries(
    packages.map((about) => [about.name, `file:${join(tarballs, tarballName(about))}`]),
  )
  writeJson('package.json', {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies,
    overrides: dependencies,
  })
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'], { folder })
})

const entries = packages.flatMap((about) => about.entries)
const portable = entries.filter((entry) => !/\/node(\/|$)/.test(entry) && !entry.startsWith('parley'))

// Types of libraries are read as well, so that what a declaration needs must be there. Without the DOM that cannot be
// asked: the types of yjs 13 want it.
await check('types: Node and DOM', () => {
  compile('both', entries, {
    lib: ['es2023', 'dom'],
    types: ['node'],
    module: 'nodenext',
    skipLibCheck: false,
  })
})
await check('types: Node alone', () => {
  compile('node', entries, { lib: ['es2023'], types: ['node'], module: 'nodenext', skipLibCheck: true })
})
await check('types: a bundler for the browser', () => {
  const options = { lib: ['es2023', 'dom'], types: [], module: 'esnext', moduleResolution: 'bundler' }
  compile('browser', portable, { ...options, skipLibCheck: false })
})

for (const entry of entries) {
  await check(`Node imports ${entry}`, () => {
    run('node', ['--input-type=module', '--eval', `await import('${entry}')`], { folder, timeout: 20_000 })
  })
}
for (const command of packages.flatMap((about) => about.commands)) {
  await check(`the command ${command} says what it can do`, () => {
    const help = run(join(folder, 'node_modules', '.bin', command), ['--help'], { folder, timeout: 20_000 })
    if (!help.includes(command)) throw new Error(`Its help does not name it:\n${help}`)
  })
}

rmSync(folder, { recursive: true, force: true })
finish()

function tarballName({ name, version }: PublicPackage): string {
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
}

/** Removes what was built from sources that are gone: the compiler leaves it, and it would be packed. */
function removeOrphans(about: string): void {
  for (const output of globSync('dist/**/*.{js,d.ts,js.map,d.ts.map}', { cwd: about })) {
    const source = join(about, output.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts'))
    if (!existsSync(source)) rmSync(join(about, output))
  }
}

function checkContents(paths: readonly string[]): void {
  const missing = ['package/LICENSE', 'package/README.md'].filter((path) => !paths.includes(path))
  if (missing.length > 0) throw new Error(`${missing.join(', ')} is missing`)
  const strange = paths.filter((path) => /\.test[.-]|tsconfig|tsbuildinfo|node_modules|\.log$/.test(path))
  if (strange.length > 0) throw new Error(`${strange.join(', ')} should not be there`)
  if (!paths.some((path) => path.startsWith('package/dist/'))) throw new Error('nothing was built')
}

/** Compiles a file that imports every entry whole, with the options of one kind of consumer. */
function compile(
  name: string,
  imported: readonly string[],
  options: Readonly<Record<string, unknown>>,
): void {
  if (imported.length === 0) throw new Error('There is nothing to import.')
  const lines = imported.map((entry, index) => `import * as entry${index} from '${entry}'`)
  const uses = imported.map((_, index) => `entry${index}`)
  writeFileSync(
    join(folder, `${name}.ts`),
    `${lines.join('\n')}\nexport const all: unknown = [${uses.join(', ')}]\n`,
  )
  writeJson(`tsconfig.${name}.json`, {
    compilerOptions: {
      ...options,
      noEmit: true,
      strict: true,
      target: 'es2023',
      // The types of Node are the workspace's own: a consumer brings his.
      typeRoots: [join(root, 'node_modules', '@types')],
    },
    files: [`${name}.ts`],
  })
  run('tsc', ['-p', join(folder, `tsconfig.${name}.json`)], { folder })
}

function writeJson(name: string, value: unknown): void {
  writeFileSync(join(folder, name), JSON.stringify(value, null, 2))
}
