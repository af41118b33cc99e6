// One Chromium with a profile of its own: what a device is to the tests. Closing it removes the profile, unless the
// caller brought one, as one does to start the same device again.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'
import { findChromium } from './find.ts'

export interface Chromium {
  readonly context: BrowserContext
  /** The profile's folder: hand it to `launchChromium` to start the same device again. */
  readonly profile: string
  dispose(): Promise<void>
}

// Nothing of the browser's own may go out to the network or ask a question in the middle of a test.
const flags = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function launchChromium(
  options: { readonly profile?: string; readonly flags?: readonly string[] } = {},
): Promise<Chromium> {
  const profile = options.profile ?? mkdtempSync(join(tmpdir(), 'parley-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(),
    headless: true,
    args: [...flags, ...(options.flags ?? [])],
  })
  return {
    context,
    profile,
    async dispose() {
      await context.close()
      if (options.profile === undefined) rmSync(profile, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
