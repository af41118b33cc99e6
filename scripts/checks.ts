// For the scripts that check something outside the test runner: each check is counted, and all of them run.

import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { root } from './prepare.mjs'

/** The environment in which the workspace's tools, its Node among them, are found by name. */
export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
}

export interface Checks {
  /** Makes one check, which fails by throwing. */
  readonly check: (name: string, make: () => void | Promise<void>) => Promise<void>
  /** Prints the line `pnpm verify` reads, and sets the exit code. */
  readonly finish: () => void
}

export function createChecks(): Checks {
  let passed = 0
  let failed = 0
  return {
    async check(name, make) {
      try {
        await make()
        passed += 1
      } catch (error) {
        failed += 1
        console.error(
          `✗ ${name}\n  ${String(error instanceof Error ? error.message : error).replaceAll('\n', '\n  ')}`,
        )
      }
    },
    finish() {
      console.log(`${passed} passed, ${failed} failed`)
      if (failed > 0 || passed === 0) process.exitCode = 1
    },
  }
}

/** Runs a program with the workspace's tools at hand, and throws what it printed if it failed. */
export function run(
  program: string,
  parameters: readonly string[],
  options: { readonly folder?: string; readonly timeout?: number } = {},
): string {
  const result = spawnSync(program, parameters, {
    cwd: options.folder ?? root,
    encoding: 'utf8',
    env: { ...environment, NO_COLOR: '1' },
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.timeout !== undefined && { timeout: options.timeout }),
  })
  const output = `${result.stdout}${result.stderr}`.trim()
  if (result.error !== undefined) throw new Error(`${program}: ${result.error.message}\n${output}`)
  if (result.status !== 0)
    throw new Error(`${program} ${parameters.join(' ')} ended with ${result.status}\n${output}`)
  return result.stdout
}
