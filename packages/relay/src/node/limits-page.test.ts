import {
  maxAttributesBytes,
  maxBlocked,
  maxContacts,
  maxEntryBytes,
  maxMembers,
  maxMentions,
  maxMuted,
  maxPersonBlocks,
  maxPins,
  maxProfileBytes,
  maxTextBytes,
} from '@parley/document'
import { maxDeviceFrameBytes, maxUpdatesPerPush } from '@parley/wire'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const kib = (bytes: number): string => `${bytes / 1024} KiB`
const count = (number: number): string => number.toLocaleString('en-US')

const limits: readonly (readonly [what: string, most: string])[] = [
  ['a frame of a device', kib(maxDeviceFrameBytes)],
  ['updates in one push', count(maxUpdatesPerPush)],
  ['the text of a message', kib(maxTextBytes)],
  ['a message with all it carries', kib(maxEntryBytes)],
  ['people mentioned in one message', count(maxMentions)],
  ['members of a conversation', count(maxMembers)],
  ['attributes of a conversation', kib(maxAttributesBytes)],
  ['members muted in a conversation', count(maxMuted)],
  ['people blocked in a conversation', count(maxBlocked)],
  ['a profile', kib(maxProfileBytes)],
  ['contacts of a person', count(maxContacts)],
  ['conversations pinned', count(maxPins)],
  ['people somebody blocks', count(maxPersonBlocks)],
]

test('[RE253] the page of limits says what the limits of the protocol are, and leaves none out', async () => {
  const page = await readFile(new URL('../../../../docs/limits.md', import.meta.url), 'utf8')
  const [, section = ''] = page.split('## Limits of the protocol')
  const rows = section.split('\n').filter((line) => /^\| (?!what|---)/.test(line))
  expect(rows.map((row) => row.split(' | ').slice(0, 2).join(': ').slice(2))).toEqual(
    limits.map(([what, most]) => `${what}: ${most}`),
  )
})
