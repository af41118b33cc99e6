// Who is typing, seen on another person's page.

import { expect, test } from 'vitest'
import { openConversation, openPerson, say, seeMessage, startConversation } from './person.ts'
import { useRelayWithPage } from './setting.ts'
import { soon } from './waiting.ts'

const relay = useRelayWithPage()

test(
  '[AC40] whoever types is named above the conversation until he has said it, or stopped',
  { timeout: 180_000 },
  async () => {
    const tom = await openPerson('Tom', relay().port)
    const jerry = await openPerson('Jerry', relay().port)
    await startConversation(tom.page, 'Jerry')
    await say(tom.page, 'Tom 1')
    await openConversation(jerry.page, 'Tom')
    await seeMessage(jerry.page, 'Tom 1')
    const above = jerry.page.locator('.talk-head .subtitle')
    const field = tom.page.getByRole('textbox', { name: /^Message to/ })

    await field.pressSequentially('Hel')
    await expect.poll(() => above.textContent(), soon).toBe('Tom is typing…')
    await field.fill('')
    await expect.poll(() => above.textContent(), soon).not.toContain('typing')

    // It is told at most once in two seconds.
    await field.pressSequentially('Hello', { delay: 600 })
    await expect.poll(() => above.textContent(), soon).toBe('Tom is typing…')
    await field.press('Enter')
    await seeMessage(jerry.page, 'Hello')
    await expect.poll(() => above.textContent(), soon).not.toContain('typing')
  },
)
