/** Somebody with stock tools: the bundled page, served by a server of the test that stays up, in a Chromium of its own. */
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { launchChromium } from '@parley/test-chromium'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { type CuttableProxy, createCuttableProxy, portOf } from '../cuttable-proxy.ts'
import { devToken } from '../device.ts'

export interface Reader {
  readonly page: Page
  readonly network: CuttableProxy
  /** Loads the page anew, and opens these documents. */
  readonly load: (names: readonly string[]) => Promise<void>
  readonly head: (name: string) => Promise<unknown>
  readonly entries: (name: string) => Promise<readonly unknown[]>
  readonly connected: (name: string) => Promise<boolean>
  readonly holds: (name: string, text: string) => Promise<boolean>
  readonly say: (name: string, ...texts: readonly string[]) => Promise<void>
  readonly bytes: (name: string) => Promise<string>
  readonly closes: (name: string) => Promise<readonly (readonly [number, string])[]>
}

export async function openReader(user: string, relayPort: number): Promise<Reader> {
  const address = await servePage()
  const network = await createCuttableProxy(relayPort)
  onTestFinished(network.dispose)
  const chromium = await launchChromium()
  onTestFinished(() => chromium.dispose())
  const token = await devToken(user, relayPort)
  const page = chromium.context.pages()[0] ?? (await chromium.context.newPage())
  const hash = new URLSearchParams({ server: `ws://127.0.0.1:${network.port}/y`, token, user })
  await page.goto(`${address}#${hash}`)
  return {
    page,
    network,
    async load(names) {
      await page.reload()
      await page.evaluate((all) => Promise.all(all.map((name) => window.stock.open(name))), [...names])
    },
    head: (name) => page.evaluate((document) => window.stock.head(document), name),
    entries: (name) => page.evaluate((document) => window.stock.entries(document), name),
    holds: (name, text) =>
      page.evaluate(([document, wanted]) => window.stock.holds(document, wanted), [name, text] as const),
    say: (name, ...texts) =>
      page.evaluate(([document, all]) => window.stock.say(document, all), [name, texts] as const),
    bytes: (name) => page.evaluate((document) => window.stock.bytes(document), name),
    closes: (name) => page.evaluate((document) => window.stock.closes(document), name),
    connected: (name) => page.evaluate((document) => window.stock.connected(document), name),
  }
}

async function servePage(): Promise<string> {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  })
  const script = bundle.outputFiles[0]?.text
  if (script === undefined) throw new Error('esbuild made nothing.')
  const server = createServer((request, response) => {
    if (request.url === '/page.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    else
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>Stock</title><script type="module" src="/page.js"></script>')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${portOf(server.address())}/`
}
