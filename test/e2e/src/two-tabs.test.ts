// Two tabs of one person: one of them speaks with the relay, and the other says so.

import { expect, test } from 'vitest'
import {
  openChat,
  openConversation,
  openPerson,
  say,
  seeMessage,
  shownMessages,
  startConversation,
} from './person.ts'
import { useRelayWithPage } from './setting.ts'

const relay = useRelayWithPage()

test(
  '[EE11] [AC17] the newer tab takes over, with what the older one had not sent',
  { timeout: 180_000 },
  async () => {
    const tom = await openPerson('Tom', relay().port)
    const jerry = await openPerson('Jerry', relay().port)
    await startConversation(tom.page, 'Jerry')
    await say(tom.page, 'One')
    await seeMessage(tom.page, 'One')

    // What waits in the older tab is sent by the newer one.
    tom.network.cut()
    await tom.page.getByRole('status').filter({ hasText: 'Offline' }).waitFor()
    await say(tom.page, 'Two')
    tom.network.lead(relay().port)
    const newer = await tom.chromium.context.newPage()
    await openChat(newer, 'Tom', tom.network)
    await tom.page.getByRole('heading', { name: 'Open in another tab' }).waitFor()
    await openConversation(newer, 'Jerry')
    await seeMessage(newer, 'Two')
    await say(newer, 'Three')
    await seeMessage(newer, 'Three')

    // And back again, by the older one's button.
    await tom.page.getByRole('button', { name: 'Use it here' }).click()
    await newer.getByRole('heading', { name: 'Open in another tab' }).waitFor()
    await seeMessage(tom.page, 'Three')
    await say(tom.page, 'Four')
    await seeMessage(tom.page, 'Four')

    await openConversation(jerry.page, 'Tom')
    await seeMessage(jerry.page, 'Four')
    const seen = await shownMessages(jerry.page)
    expect(seen.map(({ label }) => label)).toEqual(['One', 'Two', 'Three', 'Four'])
    expect(await shownMessages(tom.page)).toEqual(seen)
  },
)
