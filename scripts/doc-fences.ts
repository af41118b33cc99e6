// Examples in the documentation are code: every fence marked ```ts in a tracked page is compiled against the packages, and
// run, each as a module of its own. One marked ```ts no-run is only compiled.
//
// A fence becomes a file with as many blank lines before it as the page has, so that line numbers are those of the page.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createChecks, run } from './checks.ts'
import { root } from './prepare.mjs'

interface Fence {
  readonly page: string
  readonly line: number
  readonly code: string
  readonly isRun: boolean
}

const secondsToRun = 20
const folder = join(root, 'test', 'consumer', '.fences')
const { check, finish } = createChecks()

const pages = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
const fences = pages
  .split('\n')
  .filter((page) => page !== '')
  .flatMap((page) => fencesOf(page, readFileSync(join(root, page), 'utf8')))

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const fence of fences) {
  writeFileSync(join(folder, fileOf(fence)), `${'\n'.repeat(fence.line)}${fence.code}\nexport {}\n`)
}
writeFileSync(
  join(folder, 'tsconfig.json'),
  JSON.stringify({
    extends: '../../../tsconfig.test.json',
    compilerOptions: {
      composite: false,
      emitDeclarationOnly: false,
      noEmit: true,
      // An example may name what it does not go on to use.
      noUnusedLocals: false,
      noUnusedParameters: false,
      sourceMap: false,
      tsBuildInfoFile: null,
    },
    include: ['*.ts'],
  }),
)

if (fences.length > 0) {
  await check('the packages compile', () => void run('tsc', ['-b']))
  await check('the fences compile', () => void run('tsc', ['-p', folder]))
}
for (const fence of fences) {
  if (fence.isRun) await check(`${fence.page}:${fence.line} runs`, () => runFence(fence))
}
console.log(`${fences.length} fences`)
finish()

function fencesOf(page: string, text: string): readonly Fence[] {
  return [...text.matchAll(/^( *)```ts( no-run)?\n([\s\S]*?)\n\1```$/gm)].map((match) => {
    const [, indent = '', mark, code = ''] = match
    return {
      page,
      line: text.slice(0, match.index).split('\n').length,
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      isRun: mark === undefined,
    }
  })
}

function runFence(fence: Fence): void {
  const place = mkdtempSync(join(tmpdir(), 'parley-fence-'))
  try {
    run('node', ['--conditions=parley-source', join(folder, fileOf(fence))], {
      folder: place,
      timeout: secondsToRun * 1000,
    })
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

function fileOf({ page, line }: Fence): string {
  return `${page.replaceAll('/', '-').replace(/\.md$/, '')}-${line}.ts`
}
