/**
 * Keeps the page's own files, so that it opens without a network. It keeps nothing else: tokens and messages never pass
 * through a cache, and the socket is none of its business.
 *
 * Always: an index.html from the cache comes with the assets it was built with, since all of a version are put in at once.
 * Rules: AC20 to AC23.
 */

declare const self: ServiceWorkerGlobalScope
/** Every file of this build, and a name for it; both are written in by the build. */
declare const PARLEY_BUILD_FILES: readonly string[]
declare const PARLEY_BUILD_VERSION: string

const cacheName = `parley-${PARLEY_BUILD_VERSION}`
/** A network that answers nothing for this long counts as none. */
const maxNavigationMs = 3000

self.addEventListener('install', (event) => {
  event.waitUntil(keepFiles().then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOlder().then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (pathname === '/' || pathname === '/index.html') event.respondWith(networkFirst(request))
  else if (PARLEY_BUILD_FILES.includes(pathname)) event.respondWith(cacheFirst(request, pathname))
})

async function keepFiles(): Promise<void> {
  const cache = await caches.open(cacheName)
  await cache.addAll(PARLEY_BUILD_FILES.map((file) => new Request(file, { cache: 'reload' })))
}

async function dropOlder(): Promise<void> {
  const names = await caches.keys()
  const older = names.filter((name) => name.startsWith('parley-') && name !== cacheName)
  await Promise.all(older.map((name) => caches.delete(name)))
}

async function networkFirst(request: Request): Promise<Response> {
  try {
    // By address: a navigation's own request cannot be given a signal.
    const response = await fetch(request.url, {
      cache: 'no-cache',
      signal: AbortSignal.timeout(maxNavigationMs),
    })
    // A gateway that speaks for a relay that is down knows less than the cache.
    if (response.status < 500) return response
    return (await kept('/index.html')) ?? response
  } catch (error) {
    const page = await kept('/index.html')
    if (page === undefined) throw error
    return page
  }
}

async function cacheFirst(request: Request, pathname: string): Promise<Response> {
  return (await kept(pathname)) ?? fetch(request)
}

async function kept(file: string): Promise<Response | undefined> {
  const cache = await caches.open(cacheName)
  return cache.match(file)
}
