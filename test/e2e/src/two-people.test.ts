// Two people, two profiles, one relay: invited without asking, offline in the middle, and the same order at the end.

import { expect, test } from 'vitest'
import {
  openConversation,
  openPerson,
  say,
  seeMessage,
  shownMessages,
  shownTexts,
  startConversation,
} from './person.ts'
import { useRelayWithPage } from './setting.ts'

const relay = useRelayWithPage()

test('[EE1] [EE2] [EE3] [AC20] Tom and Jerry talk, part, and meet again', { timeout: 180_000 }, async () => {
  const tom = await openPerson('Tom', relay().port)
  const jerry = await openPerson('Jerry', relay().port)

  await startConversation(tom.page, 'Jerry')
  await say(tom.page, 'Tom 1')
  await openConversation(jerry.page, 'Tom')
  await seeMessage(jerry.page, 'Tom 1')
  await say(jerry.page, 'Jerry 1')
  await seeMessage(jerry.page, 'Jerry 1')
  await seeMessage(tom.page, 'Jerry 1')

  await jerry.goOffline()
  await jerry.page.getByRole('status').filter({ hasText: 'Offline' }).waitFor()
  await say(jerry.page, 'Jerry 2, written in the tunnel')
  await say(tom.page, 'Tom 2, meanwhile')
  await seeMessage(tom.page, 'Tom 2, meanwhile')
  await say(jerry.page, 'Jerry 3, still in the tunnel')

  const before = await shownMessages(jerry.page)
  await jerry.page.reload()
  await seeMessage(jerry.page, 'Jerry 3, still in the tunnel', 'sending')
  expect(await shownMessages(jerry.page)).toEqual(before)
  expect(before.map(({ label, state }) => `${label}: ${state}`)).toEqual([
    'Tom 1: sent',
    'Jerry 1: sent',
    'Jerry 2, written in the tunnel: sending',
    'Jerry 3, still in the tunnel: sending',
  ])
  await say(jerry.page, 'Jerry 4, after the reload')

  await jerry.goOnline(relay().port)
  await seeMessage(jerry.page, 'Jerry 4, after the reload')
  await seeMessage(jerry.page, 'Tom 2, meanwhile')
  await seeMessage(tom.page, 'Jerry 4, after the reload')
  const expected = [
    'Tom 1',
    'Jerry 1',
    'Tom 2, meanwhile',
    'Jerry 2, written in the tunnel',
    'Jerry 3, still in the tunnel',
    'Jerry 4, after the reload',
  ]
  expect(await shownTexts(tom.page)).toEqual(expected)
  expect(await shownTexts(jerry.page)).toEqual(expected)
})
