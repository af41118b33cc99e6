/** Hocuspocus as a process: `<folder of the peers> <database> [documents that may wait on one socket]`. */
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** What is used of it. It is installed beside the workspace, and its types with it. */
interface Library {
  readonly Server: new (configuration: Readonly<Record<string, unknown>>) => {
    listen: () => Promise<unknown>
    readonly address: { readonly port: number }
  }
}
interface Extension {
  readonly SQLite: new (configuration: { readonly database: string }) => unknown
}

const [peers = '', database = '', pending] = process.argv.slice(2)
const require = createRequire(join(peers, 'package.json'))

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the version in bench/peers
const { Server } = require('@hocuspocus/server') as Library
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the version in bench/peers
const { SQLite } = require('@hocuspocus/extension-sqlite') as Extension

const server = new Server({
  port: 0,
  address: '127.0.0.1',
  quiet: true,
  extensions: [new SQLite({ database })],
  ...(pending === undefined ? {} : { maxPendingDocuments: Number(pending) }),
})
await server.listen()
console.log(`listening on port ${server.address.port}`)
