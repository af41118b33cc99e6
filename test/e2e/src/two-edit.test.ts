// Two people change what was said: edit, react, answer, take back, one of them without a network in the middle.

import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  messageMenu,
  messageWith,
  openConversation,
  openPerson,
  say,
  seeMessage,
  startConversation,
} from './person.ts'
import { useRelayWithPage } from './setting.ts'
import { soon } from './waiting.ts'

const relay = useRelayWithPage()

test(
  '[EE12] [AC32] what is done to messages apart stands the same on both sides',
  { timeout: 180_000 },
  async () => {
    const tom = await openPerson('Tom', relay().port)
    const jerry = await openPerson('Jerry', relay().port)
    await startConversation(tom.page, 'Jerry')
    await say(tom.page, 'Lunch at noon')
    await say(tom.page, 'A slip of the hand')
    await seeMessage(tom.page, 'A slip of the hand')
    await openConversation(jerry.page, 'Tom')
    await seeMessage(jerry.page, 'A slip of the hand')
    await say(jerry.page, 'Noon is fine')
    await seeMessage(tom.page, 'Noon is fine')

    await jerry.goOffline()
    await jerry.page.getByRole('status').filter({ hasText: 'Offline' }).waitFor()
    await messageMenu(jerry.page, 'Lunch at noon', 'React with thumbs up')
    await messageMenu(jerry.page, 'Lunch at noon', 'Reply')
    await say(jerry.page, 'Where?')
    await messageMenu(jerry.page, 'Noon is fine', 'Edit')
    await edit(jerry.page, 'Noon is too early')
    const waiting = jerry.page.getByRole('article', { name: /a change of it waits to be sent/ })
    await expect.poll(() => waiting.count(), soon).toBe(2)
    await messageWith(jerry.page, 'Noon is too early').locator('.meta .icon-clock').waitFor()
    await jerry.page.getByRole('button', { name: '3 waiting to be sent' }).click()
    const unsent = jerry.page.getByRole('dialog', { name: 'Not sent yet' })
    expect(await unsent.locator('.unsent-what').allInnerTexts()).toEqual([
      'Reacting with 👍',
      'Where?',
      'Editing a message to “Noon is too early”',
    ])
    await jerry.page.keyboard.press('Escape')

    // Meanwhile Tom edits what Jerry answers, reacts to what Jerry edits, and takes the slip back.
    await messageMenu(tom.page, 'Lunch at noon', 'Edit')
    await edit(tom.page, 'Lunch at one')
    await messageMenu(tom.page, 'Noon is fine', 'React with heart')
    await messageMenu(tom.page, 'A slip of the hand', 'Take back')
    await tom.page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
    await tom.page.getByText('You took back a message').waitFor()

    // It survives the page.
    await jerry.page.reload()
    await seeMessage(jerry.page, 'Where?', 'sending')
    await messageWith(jerry.page, 'Noon is too early').locator('.meta .icon-clock').waitFor()

    await jerry.goOnline(relay().port)
    await seeMessage(jerry.page, 'Where?')
    await jerry.page.getByRole('button', { name: 'waiting to be sent' }).waitFor({ state: 'hidden' })
    const time = String.raw`\d{1,2}:\d\d( [AP]M)?`
    await expect
      .poll(() => labels(jerry.page), soon)
      .toEqual(
        [
          `^Tom: Lunch at one, ${time}, edited, 👍 from you$`,
          `^Tom took back a message, ${time}$`,
          `^You: Noon is too early, ${time}, edited, ❤️ from Tom, delivered$`,
          `^You: Where\\?, in answer to Tom: Lunch at one, ${time}, delivered$`,
        ].map(matching),
      )
    await expect
      .poll(() => labels(tom.page), soon)
      .toEqual(
        [
          `^You: Lunch at one, ${time}, edited, 👍 from Jerry, delivered$`,
          `^You took back a message, ${time}$`,
          `^Jerry: Noon is too early, ${time}, edited, ❤️ from you$`,
          `^Jerry: Where\\?, in answer to You: Lunch at one, ${time}$`,
        ].map(matching),
      )
  },
)

async function edit(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: /^Message to/ })
  await field.fill(text)
  await field.press('Enter')
  await messageWith(page, text).locator('.meta', { hasText: 'edited' }).waitFor()
}

/** What is read out of each message, from top to bottom. */
function labels(page: Page): Promise<readonly (string | null)[]> {
  return page
    .locator('.message')
    .evaluateAll((messages) => messages.map((message) => message.getAttribute('aria-label')))
}

function matching(pattern: string): unknown {
  return expect.stringMatching(new RegExp(pattern))
}
