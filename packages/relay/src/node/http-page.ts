/**
 * Serves the built chat page: files of one folder, and nothing outside it.
 *
 * A path is taken apart before it touches the disk: no segment may begin with a dot, and what the disk answers must
 * really lie in the folder (a link may lead out of it). A path without an ending that names no file is a place inside
 * the app and gets its index.html. Only what carries a hash in its name is kept by browsers without asking again; above
 * all the service worker never is. Rules RE90 to RE94.
 */
import { open, realpath } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'

export type ServePage = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>

const types: ReadonlyMap<string, string> = new Map([
  ['.avif', 'image/avif'],
  ['.css', 'text/css; charset=utf-8'],
  ['.gif', 'image/gif'],
  ['.html', 'text/html; charset=utf-8'],
  ['.ico', 'image/x-icon'],
  ['.jpeg', 'image/jpeg'],
  ['.jpg', 'image/jpeg'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.json', 'application/json; charset=utf-8'],
  ['.map', 'application/json; charset=utf-8'],
  ['.mjs', 'text/javascript; charset=utf-8'],
  ['.mp3', 'audio/mpeg'],
  ['.png', 'image/png'],
  ['.svg', 'image/svg+xml'],
  ['.txt', 'text/plain; charset=utf-8'],
  ['.wasm', 'application/wasm'],
  ['.webmanifest', 'application/manifest+json; charset=utf-8'],
  ['.webp', 'image/webp'],
  ['.woff', 'font/woff'],
  ['.woff2', 'font/woff2'],
])

/** Rejects when the folder, or its index.html, is not there. */
export async function createPageServer(directory: string): Promise<ServePage> {
  const root = await realpath(directory)
  await realpath(join(root, 'index.html'))

  return async (request, response, path) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      plain(response, 405, 'Only GET and HEAD are answered here.', { Allow: 'GET, HEAD' })
      return
    }
    const segments = takeApart(path)
    if (segments === undefined) {
      plain(response, 404, 'There is nothing at this path.')
      return
    }
    const name = segments.length === 0 ? 'index.html' : join(...segments)
    const found =
      (await openFile(root, name)) ?? (extname(name) === '' ? await openFile(root, 'index.html') : undefined)
    if (found === undefined) {
      plain(response, 404, 'There is nothing at this path.')
      return
    }
    try {
      await send(request, response, found)
    } finally {
      await found.handle.close()
    }
  }
}

interface Found {
  readonly handle: FileHandle
  /** Below the root, with the slashes of this system. */
  readonly name: string
  readonly size: number
  readonly tag: string
}

/** The segments of a path, or nothing when it is not one we would ever serve. */
function takeApart(path: string): readonly string[] | undefined {
  let decoded
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return undefined // not UTF-8 in percent signs: nothing of ours is called so
  }
  const segments = decoded.split('/').filter((segment) => segment !== '')
  return segments.some((segment) => /^\.|[\\:\0]/.test(segment)) ? undefined : segments
}

async function openFile(root: string, name: string): Promise<Found | undefined> {
  let handle
  try {
    const path = await realpath(join(root, name))
    if (!path.startsWith(root + sep)) return undefined
    handle = await open(path, 'r')
    const stat = await handle.stat()
    if (stat.isFile()) {
      const tag = `"${stat.size.toString(36)}-${Math.floor(stat.mtimeMs).toString(36)}"`
      return { handle, name: path.slice(root.length + 1), size: stat.size, tag }
    }
  } catch (error) {
    if (!isAbsent(error)) throw error
  }
  await handle?.close()
  return undefined
}

async function send(request: IncomingMessage, response: ServerResponse, found: Found): Promise<void> {
  const hashed = found.name.startsWith(`assets${sep}`) && /-[\w-]{8}\.\w+$/.test(found.name)
  const headers = {
    'Cache-Control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: found.tag,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Content-Security-Policy': "frame-ancestors 'none'; object-src 'none'; base-uri 'self'",
  }
  if (request.headers['if-none-match'] === found.tag) {
    response.writeHead(304, headers).end()
    return
  }
  response.writeHead(200, {
    ...headers,
    'Content-Type': types.get(extname(found.name).toLowerCase()) ?? 'application/octet-stream',
    'Content-Length': found.size,
  })
  if (request.method === 'HEAD' || found.size === 0) {
    response.end()
    return
  }
  // Not a byte more than announced, should the file grow meanwhile.
  await pipeline(found.handle.createReadStream({ autoClose: false, start: 0, end: found.size - 1 }), response)
}

export function plain(
  response: ServerResponse,
  status: number,
  sentence: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = `${sentence}\n`
  response
    .writeHead(status, {
      ...headers,
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'X-Content-Type-Options': 'nosniff',
    })
    .end(body)
}

function isAbsent(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EACCES', 'ELOOP'].includes(String(error.code))
  )
}
