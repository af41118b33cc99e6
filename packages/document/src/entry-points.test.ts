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

const commands = ['head/rules.ts', 'head/judge-members.ts', 'head/judge-update.ts', 'head/attributes.ts']
const people = [
  'person/judge-person.ts',
  'person/judge-contact.ts',
  'person/parse-values.ts',
  'person/needs.ts',
]
const queries = ['query/parse-query.ts', 'query/canonical.ts', 'query/evaluate.ts', 'query/order.ts']
const late = [
  ...commands,
  'head/parse-command.ts',
  ...people,
  'person/parse-command.ts',
  'unique-id.ts',
  ...queries,
]

test('[DO165] what a page needs at first takes nothing with it that judges commands or people', () => {
  const core = reached('./index.ts')
  expect(core).toContain('head/judge-entry.ts')
  expect(late.filter((file) => core.has(file))).toEqual([])
})

test('[DO165] commands and people take nothing of each other', () => {
  const ofCommands = reached('./commands.ts')
  const ofPeople = reached('./person.ts')
  for (const file of commands)
    expect([file, ofCommands.has(file), ofPeople.has(file)]).toEqual([file, true, false])
  for (const file of people)
    expect([file, ofCommands.has(file), ofPeople.has(file)]).toEqual([file, false, true])
})

test('[DO165] queries take nothing of commands and people, nor do these of them', () => {
  const ofQueries = reached('./query.ts')
  expect(queries.filter((file) => !ofQueries.has(file))).toEqual([])
  expect([...commands, ...people].filter((file) => ofQueries.has(file))).toEqual([])
  const others = [...reached('./commands.ts'), ...reached('./person.ts')]
  expect(others.filter((file) => file.startsWith('query/'))).toEqual([])
})
