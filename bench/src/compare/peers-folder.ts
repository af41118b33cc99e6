/** Where the peers are, and what servers are run with. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { benchFolder } from '../folders.ts'
import type { StartOptions } from './contender.ts'
import { onServerCore } from './cores.ts'

export const peersFolder: string = join(benchFolder, 'peers')
export const serversFolder: string = fileURLToPath(new URL('servers', import.meta.url))

/** Of the package of one platform; with it come the headers that native parts are built against. */
export const peersNodeFolder: string = join(
  peersFolder,
  'node_modules',
  `node-${process.platform}-${process.arch}`,
)
export const peersNode: string = join(peersNodeFolder, 'bin', 'node')

/** A command up to where the script is named. */
export function programOf({ node = peersNode, nodeArguments = [] }: StartOptions): readonly string[] {
  return [...onServerCore(node), ...nodeArguments]
}
