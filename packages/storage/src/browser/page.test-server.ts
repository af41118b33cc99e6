/**
 * Pages on a loopback address with the kit in them, in a Chromium of their own.
 */
import { type Chromium, launchChromium } from '@parley/test-chromium'
import { build } from 'esbuild'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'

export type Page = Awaited<ReturnType<Chromium['context']['newPage']>>

export interface Pages {
  readonly chromium: Chromium
  readonly origin: string
  /** A new tab with the kit, which runs `before` first. */
  readonly open: (options?: { readonly path?: string; readonly before?: () => void }) => Promise<Page>
  readonly dispose: () => Promise<void>
}

export async function servePages(
  options: { readonly profile?: string; readonly port?: number } = {},
): Promise<Pages> {
  const bundle = await build({
    entryPoints: [fileURLToPath(import.meta.resolve('./kit.test-page.ts'))],
    bundle: true,
    conditions: ['parley-source'],
    format: 'iife',
    write: false,
  })
  const script = bundle.outputFiles[0]?.text ?? ''
  const server = createServer((request, response) => {
    // A sandboxed page has no origin of its own, hence no database.
    const policy = request.url === '/sandboxed' ? { 'content-security-policy': 'sandbox allow-scripts' } : {}
    if (request.url === '/kit.js')
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script)
    else
      response
        .writeHead(200, { 'content-type': 'text/html', ...policy })
        .end('<!doctype html><script src="/kit.js"></script>')
  })
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  const origin = `http://127.0.0.1:${address.port}`
  const chromium = await launchChromium(options.profile === undefined ? {} : { profile: options.profile })
  return {
    chromium,
    origin,
    async open({ path = '/', before } = {}) {
      const page = await chromium.context.newPage()
      if (before !== undefined) await page.addInitScript(before)
      await page.goto(`${origin}${path}`)
      return page
    },
    async dispose() {
      await chromium.dispose()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

export interface PageForEach {
  readonly pages: Pages
  readonly page: Page
}

/** One browser for the tests of a file, and a tab of its own for each of them. */
export function pageForEach(): PageForEach {
  const at: { pages: Pages | undefined; page: Page | undefined } = { pages: undefined, page: undefined }
  beforeAll(async () => {
    at.pages = await servePages()
  })
  beforeEach(async () => {
    at.page = await at.pages?.open()
  })
  afterEach(async () => at.page?.close())
  afterAll(async () => at.pages?.dispose())
  return {
    get pages() {
      return given(at.pages)
    },
    get page() {
      return given(at.page)
    },
  }
}

function given<T>(one: T | undefined): T {
  if (one === undefined) throw new Error('A page is there while a test runs.')
  return one
}
