// The page's own files without a network, in a real Chromium, against a server that can be slow, or gone, or newer.

import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launchChromium } from '@parley/test-chromium'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'parley-page-'))
const older = join(folder, 'older')
const newer = join(folder, 'newer')

beforeAll(() => {
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js')
  execFileSync(process.execPath, [vite, 'build', '--outDir', older, '--emptyOutDir', '--logLevel', 'warn'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
  })
  cpSync(older, newer, { recursive: true })
  edit(newer, 'index.html', (text) => text.replace('<title>Parley</title>', '<title>Newer</title>'))
  edit(newer, 'service-worker.js', (text) => text.replace(/parley-\$\{["`'][0-9a-f]+/, 'parley-${"newer'))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('[AC20] [AC1] the page opens without a network after it was loaded once', async () => {
  const { page, server } = await open()
  server.is('gone')
  await page.reload()
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor()
  await page.goto(`${server.address}?user=not%20a%20name`)
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor()
  // The picture comes from the cache too.
  expect(
    await page
      .locator('img')
      .evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0)),
  ).toBeGreaterThan(0)
})

test('[AC21] with a network, index.html comes from it', async () => {
  const { page, server } = await open()
  server.serve(newer, { but: '/service-worker.js' })
  await page.reload()
  expect(await page.title()).toBe('Newer')
  server.is('gone')
  await page.reload()
  expect(await page.title()).toBe('Parley')
})

test('[AC21] from the cache when the network takes more than three seconds', async () => {
  const { page, server } = await open()
  server.is('silent')
  const start = performance.now()
  await page.reload()
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor()
  expect(performance.now() - start).toBeGreaterThan(2900)
  expect(server.asked().at(-1)).toBe('GET /')
})

test('[AC21] from the cache when a gateway speaks for a relay that is down', async () => {
  const { page, server } = await open()
  server.is('failing')
  await page.reload()
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor()
  expect(server.asked().at(-1)).toBe('GET /')
})

test('[AC22] the cache holds the files of the build and nothing else', async () => {
  const { page, server } = await open()
  await page.evaluate(() =>
    fetch('/dev/token', { method: 'POST', body: '{}' }).then((response) => response.text()),
  )
  await page.evaluate(() => fetch('/healthz').then((response) => response.text()))
  expect(server.asked()).toEqual(expect.arrayContaining(['POST /dev/token', 'GET /healthz']))
  const files = readdirSync(older, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'service-worker.js')
    .map((entry) => `${entry.parentPath.slice(older.length)}/${entry.name}`)
  expect(files.length).toBeGreaterThan(4)
  expect(await cached(page)).toEqual(files.toSorted())
})

test('[AC23] a new build replaces the files of the old one', async () => {
  const { page, server } = await open()
  expect(await cacheNames(page)).toHaveLength(1)
  const [before] = await cacheNames(page)
  server.serve(newer)
  await page.evaluate(() =>
    navigator.serviceWorker.ready.then((registration) => registration.update()).then(() => true),
  )
  await expect.poll(() => cacheNames(page), { timeout: 20_000 }).not.toContain(before)
  await expect.poll(() => cacheNames(page), { timeout: 20_000 }).toHaveLength(1)
  server.is('gone')
  await page.reload()
  expect(await page.title()).toBe('Newer')
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor()
})

type State = 'there' | 'gone' | 'silent' | 'failing'

interface PageServer {
  readonly address: string
  readonly is: (state: State) => void
  readonly serve: (build: string, except?: { readonly but: string }) => void
  /** Every request it got, in order. */
  readonly asked: () => readonly string[]
}

async function open(): Promise<{ readonly page: Page; readonly server: PageServer }> {
  const server = await startServer()
  const chromium = await launchChromium()
  onTestFinished(() => chromium.dispose())
  const page = chromium.context.pages()[0] ?? (await chromium.context.newPage())
  await page.goto(server.address)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  return { page, server }
}

async function startServer(): Promise<PageServer> {
  let state: State = 'there'
  let served = older
  let but: string | undefined
  const asked: string[] = []

  const server: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page')
    asked.push(`${request.method ?? ''} ${pathname}`)
    if (state === 'gone') request.socket.destroy()
    else if (state === 'failing') response.writeHead(502).end('No relay')
    else if (state === 'there') answer(response, pathname === but ? older : served, pathname)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    address: `http://127.0.0.1:${address.port}/`,
    is: (now) => {
      state = now
    },
    serve: (build, except) => {
      served = build
      but = except?.but
    },
    asked: () => asked,
  }
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
}

function answer(response: ServerResponse, build: string, pathname: string): void {
  const name = pathname === '/' ? '/index.html' : pathname
  const type = types[extname(name)]
  if (type === undefined) response.writeHead(200, { 'content-type': 'text/plain' }).end('Something else')
  else
    response
      .writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' })
      .end(readFileSync(join(build, name)))
}

function edit(build: string, name: string, change: (text: string) => string): void {
  const path = join(build, name)
  const text = readFileSync(path, 'utf8')
  const changed = change(text)
  if (changed === text) throw new Error(`${name} did not change`)
  writeFileSync(path, changed)
}

function cacheNames(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => caches.keys())
}

async function cached(page: Page): Promise<readonly string[]> {
  const paths = await page.evaluate(async () => {
    const [name = ''] = await caches.keys()
    const requests = await caches.open(name).then((cache) => cache.keys())
    return requests.map((request) => new URL(request.url).pathname)
  })
  return paths.toSorted()
}
