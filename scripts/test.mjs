// @ts-check
// `npm test`: installs what is missing, then runs every check under the workspace's own Node.

import { checkNode, ensureChromium, install, runScript } from './prepare.mjs'

checkNode()
await install()
await ensureChromium()
const { code } = await runScript(['verify', ...process.argv.slice(2)])
process.exitCode = code
