import { request } from 'node:http'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from './server.test-kit.ts'

let folder = ''
let server: TestServer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-page-'))
  const page = join(folder, 'page')
  await mkdir(join(page, 'assets'), { recursive: true })
  await mkdir(join(page, 'folder'))
  await mkdir(join(folder, 'page-beside'))
  await Promise.all([
    writeFile(join(folder, 'secret.txt'), 'outside'),
    writeFile(join(folder, 'page-beside', 'a.txt'), 'outside'),
    writeFile(join(page, 'index.html'), '<!doctype html>the page'),
    writeFile(join(page, 'sw.js'), 'self'),
    writeFile(join(page, 'empty.css'), ''),
    writeFile(join(page, 'manifest.webmanifest'), '{}'),
    writeFile(join(page, 'strange.bin'), 'x'),
    writeFile(join(page, '.env'), 'hidden'),
    writeFile(join(page, 'assets', 'index-B1c2D3e4.js'), 'code'),
    writeFile(join(page, 'assets', 'plain.js'), 'code'),
    symlink(join(folder, 'secret.txt'), join(page, 'link.txt')),
    symlink(folder, join(page, 'up')),
  ])
  server = await startTestServer({ page })
})

afterAll(async () => {
  await server.dispose()
  await rm(folder, { recursive: true })
})

/** Over a socket as it is: `fetch` would tidy the path first. */
async function get(
  path: string,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<{
  readonly status: number | undefined
  readonly headers: Record<string, unknown>
  readonly body: string
}> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: server.port,
        path,
        method: options.method ?? 'GET',
        headers: options.headers ?? {},
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          body += part
        })
        response.on('end', () => {
          resolve({ status: response.statusCode, headers: response.headers, body })
        })
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}

test.each([
  ['/', 'text/html; charset=utf-8', '<!doctype html>the page'],
  ['/index.html', 'text/html; charset=utf-8', '<!doctype html>the page'],
  ['/?user=Tom', 'text/html; charset=utf-8', '<!doctype html>the page'],
  ['/sw.js', 'text/javascript; charset=utf-8', 'self'],
  ['/empty.css', 'text/css; charset=utf-8', ''],
  ['/manifest.webmanifest', 'application/manifest+json; charset=utf-8', '{}'],
  ['/strange.bin', 'application/octet-stream', 'x'],
  ['//sw.js', 'text/javascript; charset=utf-8', 'self'],
  ['/%73w.js', 'text/javascript; charset=utf-8', 'self'],
])('[RE90] %s is served as %s', async (path, type, body) => {
  const answer = await get(path)
  expect(answer).toMatchObject({ status: 200, body })
  expect(answer.headers).toMatchObject({
    'content-type': type,
    'content-length': String(body.length),
    'x-content-type-options': 'nosniff',
  })
})

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e%2fsecret.txt',
  '/assets/../../secret.txt',
  '/..\\secret.txt',
  '/..%5csecret.txt',
  '/../page-beside/a.txt',
  '/link.txt',
  '/up/secret.txt',
  '/.env',
  '/assets/.env',
  '/%00index.html',
  '/index.html%00.txt',
  '/C:/secret.txt',
  '/%ff.txt',
  '/%',
  '/folder/a.txt',
  `/${'a'.repeat(5000)}.txt`,
])('[RE91] %s leads nowhere', async (path) => {
  const answer = await get(path)
  expect(answer.status).toBe(404)
  expect(answer.body).not.toContain('outside')
  expect(answer.body).not.toContain('hidden')
})

test.each(['/conversations', '/c/rabc', '/folder', '/up', '/assets'])(
  '[RE92] %s is a place inside the app',
  async (path) => {
    expect(await get(path)).toMatchObject({ status: 200, body: '<!doctype html>the page' })
  },
)

test.each(['/gone.js', '/assets/gone-B1c2D3e4.js', '/favicon.ico'])(
  '[RE92] %s is a file that is not there',
  async (path) => {
    expect((await get(path)).status).toBe(404)
  },
)

test('[RE93] only what carries a hash in its name is kept without asking', async () => {
  const kept = 'public, max-age=31536000, immutable'
  expect((await get('/assets/index-B1c2D3e4.js')).headers['cache-control']).toBe(kept)
  for (const path of ['/', '/sw.js', '/assets/plain.js', '/manifest.webmanifest', '/conversations']) {
    expect((await get(path)).headers['cache-control']).toBe('no-cache')
  }
})

test('[RE93] who has it already is told so', async () => {
  const { headers } = await get('/sw.js')
  const again = await get('/sw.js', { headers: { 'If-None-Match': String(headers['etag']) } })
  expect(again).toMatchObject({ status: 304, body: '' })
  expect((await get('/sw.js', { headers: { 'If-None-Match': '"other"' } })).status).toBe(200)
})

test('[RE94] the page is read, and nothing else', async () => {
  expect(await get('/sw.js', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    expect((await get('/sw.js', { method })).status).toBe(405)
  }
})
