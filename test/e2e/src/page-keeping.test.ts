// What a person keeps for himself on the page: what others learn of his reading, and how he keeps his conversations.

import type { Locator, Page } from 'playwright-core'
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

function rows(page: Page) {
  return page.getByRole('navigation', { name: 'Conversations' }).getByRole('link')
}

/** Does one of the things that the menu of a row offers. */
async function rowMenu(page: Page, title: string, item: string): Promise<void> {
  const row = page.locator('.conversation-item', { hasText: title })
  await row.hover()
  await row.getByRole('button', { name: `Options for “${title}”` }).click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

/** A finger that stays: what the browser makes of it comes as an event. */
async function touchLong(row: Locator): Promise<void> {
  await row.evaluate((element) => {
    const event = { bubbles: true, cancelable: true, pointerType: 'touch' }
    const ownMenu = element.dispatchEvent(new PointerEvent('contextmenu', event))
    if (ownMenu) throw new Error('The browser would open a menu of its own.')
    element.dispatchEvent(new PointerEvent('pointerup', event))
  })
  await row.page().getByRole('menu').waitFor()
}

test(
  '[AC33] [AC34] ticks say that a message was sent, was delivered, and was read by whom tells',
  { timeout: 180_000 },
  async () => {
    const tom = await openPerson('Tom', relay().port)
    await startConversation(tom.page, 'Jerry')
    await say(tom.page, 'Anybody there?')
    const first = messageWith(tom.page, 'Anybody there?').locator('.meta')
    await first.getByRole('img', { name: 'Sent', exact: true }).waitFor()

    const jerry = await openPerson('Jerry', relay().port)
    await first.getByRole('img', { name: 'Delivered', exact: true }).waitFor()
    await tom.page.getByRole('link', { name: /^Jerry, you: Anybody there\?, delivered, / }).waitFor()

    // Jerry reads it. His device tells of the next one, and would tell of his reading with it.
    await openConversation(jerry.page, 'Tom')
    await seeMessage(jerry.page, 'Anybody there?')
    await say(jerry.page, 'Yes')
    await seeMessage(tom.page, 'Yes')
    await say(tom.page, 'Good')
    await messageWith(tom.page, 'Good').getByRole('img', { name: 'Delivered', exact: true }).waitFor()
    expect(await first.getByRole('img').getAttribute('aria-label')).toBe('Delivered')

    await jerry.page.getByRole('button', { name: 'About you' }).click()
    const reading = jerry.page.getByRole('switch', { name: /^Tell others what I have read/ })
    expect(await reading.isChecked()).toBe(false)
    await reading.check()
    const save = jerry.page.getByRole('button', { name: 'Save' })
    await Promise.all([jerry.page.waitForEvent('load'), save.click()])
    await seeMessage(jerry.page, 'Yes')
    await say(tom.page, 'At noon?')
    await seeMessage(jerry.page, 'At noon?')
    const second = messageWith(tom.page, 'At noon?')
    await second.locator('.meta').getByRole('img', { name: 'Read', exact: true }).waitFor()
    await tom.page.getByRole('article', { name: /^You: At noon\?, .*, read$/ }).waitFor()

    // The switch holds for the device, the mark without a network.
    await jerry.page.getByRole('button', { name: 'About you' }).click()
    expect(await reading.isChecked()).toBe(true)
    await tom.goOffline()
    await tom.page.reload()
    await second.locator('.meta').getByRole('img', { name: 'Read', exact: true }).waitFor()
  },
)

test(
  '[AC35] [AC36] [AC37] conversations are pinned, muted, hidden and cleared from their rows',
  { timeout: 180_000 },
  async () => {
    const ann = await openPerson('Ann', relay().port)
    const { page } = ann
    const ben = await openPerson('Ben', relay().port)
    await startConversation(page, 'Ben')
    await say(page, 'To Ben')
    await startConversation(page, 'Cid')
    await say(page, 'To Cid')
    await seeMessage(page, 'To Cid')
    const first = () => rows(page).first().getAttribute('aria-label')
    await expect.poll(first, soon).toMatch(/^Cid, /)

    // Without a network, in plain words; then the relay has it.
    await ann.goOffline()
    await page.getByRole('status').filter({ hasText: 'Offline' }).waitFor()
    await rowMenu(page, 'Ben', 'Pin to the top')
    await expect.poll(first, soon).toMatch(/^Ben, .*, pinned$/)
    await rowMenu(page, 'Ben', 'Mute')
    await expect.poll(first, soon).toMatch(/^Ben, .*, pinned, muted$/)
    await page.getByRole('button', { name: '2 waiting to be sent' }).click()
    expect(await page.getByRole('dialog').locator('.unsent-what').allInnerTexts()).toEqual([
      'Pinning the conversation',
      'Muting the conversation',
    ])
    expect(await page.getByRole('dialog').locator('.unsent-item .hint').first().innerText()).toMatch(
      /^Ben · /,
    )
    await page.keyboard.press('Escape')
    await ann.goOnline(relay().port)
    await page.getByRole('button', { name: 'waiting to be sent' }).waitFor({ state: 'hidden' })

    // What is muted is counted in its row, and not in the title.
    await openConversation(ben.page, 'Ann')
    await say(ben.page, 'Back to Ann')
    await expect.poll(first, soon).toMatch(/^Ben, 1 unread, /)
    expect(await page.title()).toBe('Parley, Ann')
    expect(await page.getByRole('log', { name: 'News' }).innerText()).not.toContain('Back to Ann')
    await rowMenu(page, 'Ben', 'Unmute')
    await expect.poll(() => page.title(), soon).toBe('(1) Parley, Ann')

    // By a finger that stays.
    await touchLong(rows(page).first())
    await page.getByRole('menuitem', { name: 'Mute', exact: true }).click()
    await expect.poll(first, soon).toMatch(/, pinned, muted$/)

    // By the keys: the menu key opens it on the row, and Tab leads to its button.
    await rows(page).first().press('ContextMenu')
    await page.getByRole('menuitem', { name: 'Unmute' }).press('Enter')
    await expect.poll(first, soon).toMatch(/, pinned$/)
    await rows(page).first().focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Unpin' }).press('Enter')
    await expect.poll(first, soon).not.toContain('pinned')

    // Cleared for oneself only, and only after asking.
    await openConversation(page, 'Ben')
    await seeMessage(page, 'Back to Ann')
    await rowMenu(page, 'Ben', 'Clear history for me')
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await seeMessage(page, 'Back to Ann')
    await rowMenu(page, 'Ben', 'Clear history for me')
    await page.getByRole('dialog').getByRole('button', { name: 'Clear' }).click()
    await page.getByText('Nothing has been said yet.').waitFor()
    expect(await page.locator('.message').count()).toBe(0)
    expect(await first()).not.toContain('Back to Ann')
    await messageMenu(ben.page, 'To Ben', 'React with heart')
    await say(ben.page, 'Something new')
    await seeMessage(page, 'Something new')
    expect(await page.locator('.message').count()).toBe(1)

    // What was hidden is not open any more, stays hidden, and comes back with what is said next.
    await rowMenu(page, 'Ben', 'Hide until the next message')
    await page.getByText('Choose a conversation').waitFor()
    await expect.poll(() => rows(page).count(), soon).toBe(1)
    await page.reload()
    await rows(page).first().waitFor()
    expect(await rows(page).count()).toBe(1)
    await say(ben.page, 'Still there?')
    await page.getByRole('link', { name: /^Ben, 1 unread, Ben: Still there\?/ }).waitFor()
  },
)

test(
  '[AC38] people are called as they call themselves, in the list, with messages and among the members',
  { timeout: 180_000 },
  async () => {
    const eva = await openPerson('Eva', relay().port)
    const { page } = eva

    // Without a network it is shown at once, and waits.
    await eva.goOffline()
    await page.getByRole('status').filter({ hasText: 'Offline' }).waitFor()
    await page.getByRole('button', { name: 'About you' }).click()
    await page.getByLabel('Your name').fill('Eva Sommer')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('.own-name', { hasText: 'Eva Sommer' }).waitFor()
    await page.getByRole('button', { name: '1 waiting to be sent' }).click()
    await page.getByText('Calling yourself “Eva Sommer”').waitFor()
    await page.keyboard.press('Escape')
    await eva.goOnline(relay().port)
    await page.getByRole('button', { name: 'waiting to be sent' }).waitFor({ state: 'hidden' })

    // Another device asks when it meets him.
    const hilde = await openPerson('Hilde', relay().port)
    await startConversation(page, 'Hilde')
    await say(page, 'To Hilde')
    await openConversation(hilde.page, 'Eva Sommer')
    await seeMessage(hilde.page, 'To Hilde')
    await hilde.page.getByRole('article', { name: /^Eva Sommer: To Hilde, / }).waitFor()
    await hilde.page.getByRole('textbox', { name: 'Message to Eva Sommer' }).waitFor()
    await hilde.page.getByRole('button', { name: 'Members', exact: true }).click()
    const member = hilde.page.locator('.members .member', { hasText: 'Eva Sommer' })
    expect(await member.locator('.member-role').innerText()).toBe('Eva, owner')

    // It stays without a network, and goes when it is taken away.
    await hilde.goOffline()
    await hilde.page.reload()
    await hilde.page.getByRole('link', { name: /^Eva Sommer, / }).waitFor()
    await page.getByRole('button', { name: 'About you' }).click()
    expect(await page.getByLabel('Your name').inputValue()).toBe('Eva Sommer')
    await page.getByLabel('Your name').fill(' ')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(() => page.locator('.own-name').textContent(), soon).toBe('Eva')
  },
)
