import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** What a file takes with it: everything it imports, and what that does, but for types. */
function reached(entry: string): ReadonlySet<string> {
  const found = new Set<string>()
  const follow = (url: URL): void => {
    if (found.has(url.href)) return
    found.add(url.href)
    const text = readFileSync(url, 'utf8')
    for (const [, from = ''] of text.matchAll(/^(?:import|export)(?! type )[^'"]*? from '(\.[^']+)'/gms))
      follow(new URL(from, url))
  }
  follow(new URL(entry, import.meta.url))
  const root = new URL('.', import.meta.url).href
  return new Set([...found].map((href) => href.slice(root.length)))
}

test('[ST92] the port takes no backend with it, and no backend another one', () => {
  const backends = ['memory.ts', 'browser/database-store.ts', 'node/sqlite-store.ts']
  const brought = (entry: string): readonly string[] => backends.filter((file) => reached(entry).has(file))
  expect(brought('./index.ts')).toEqual([])
  expect(brought('./memory.ts')).toEqual(['memory.ts'])
  expect(brought('./browser/index.ts')).toEqual(['browser/database-store.ts'])
  expect(brought('./node/index.ts')).toEqual(['node/sqlite-store.ts'])
})
