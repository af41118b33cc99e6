// Where the machine's Chromium is. `npm test` brings one along where none is installed and names it in PARLEY_CHROMIUM.

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** The path of a Chromium; throws a sentence that says what to do where there is none. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment['PARLEY_CHROMIUM']
  if (chosen !== undefined && chosen !== '') {
    if (!isExecutable(chosen)) throw new Error(`PARLEY_CHROMIUM names ${chosen}, which cannot be run.`)
    return chosen
  }
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name)
      if (folder !== '' && isExecutable(path)) return path
    }
  }
  throw new Error(
    'No Chromium was found. Install one (on Debian: apt-get install -y chromium), or name one in PARLEY_CHROMIUM.',
  )
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // Not there, or not for us: the next one is tried.
    return false
  }
}
