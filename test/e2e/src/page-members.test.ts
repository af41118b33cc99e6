// Members on the page: who is there, and adding, removing, leaving and joining.

import type { Locator, Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { openDevice } from './device.ts'
import { messageMenu, openConversation, openPerson, say, seeMessage, startConversation } from './person.ts'
import { useRelayWithPage } from './setting.ts'
import { soon } from './waiting.ts'

const relay = useRelayWithPage()

test('[AC15] the owner adds and removes, and others do what they may', { timeout: 120_000 }, async () => {
  const tom = await openPerson('Tom', relay().port)
  await startConversation(tom.page, 'Jerry, Mary')
  const jerry = await openPerson('Jerry', relay().port)
  await openConversation(jerry.page, 'Tom, Mary')

  await tom.page.getByRole('button', { name: 'Members', exact: true }).click()
  const members = tom.page.getByRole('complementary', { name: 'Members' })
  await expect
    .poll(() => members.getByRole('listitem').allInnerTexts(), soon)
    .toEqual(['Tom\nyou, owner', 'Jerry', 'Mary'].map(expectText))
  await members.getByRole('textbox', { name: 'Names to add' }).fill('Ned, not a name!')
  await members.getByRole('button', { name: 'Add' }).click()
  await members.getByRole('alert').filter({ hasText: '“name!” is not a name' }).waitFor()
  await members.getByRole('textbox', { name: 'Names to add' }).fill('Ned')
  await members.getByRole('button', { name: 'Add' }).click()
  await members.getByRole('listitem').filter({ hasText: 'Ned' }).waitFor()
  await members.getByRole('button', { name: 'Remove Mary' }).click()
  await tom.page.getByRole('dialog', { name: 'Remove Mary?' }).getByRole('button', { name: 'Remove' }).click()
  await members.getByRole('listitem').filter({ hasText: 'Mary' }).waitFor({ state: 'hidden' })

  // Jerry sees it, and has no way to remove anybody.
  await jerry.page.getByRole('button', { name: 'Members', exact: true }).click()
  const seen = jerry.page.getByRole('complementary', { name: 'Members' })
  await seen.getByRole('listitem').filter({ hasText: 'Ned' }).waitFor()
  await seen.getByRole('listitem').filter({ hasText: 'Mary' }).waitFor({ state: 'hidden' })
  expect(await seen.getByRole('button', { name: /^Remove/ }).count()).toBe(0)

  await seen.getByRole('button', { name: 'Leave' }).click()
  await jerry.page
    .getByRole('dialog', { name: 'Leave this conversation?' })
    .getByRole('button', { name: 'Leave' })
    .click()
  await jerry.page.getByText('You are not in this conversation any more.').waitFor()
  await jerry.page.getByRole('textbox', { name: /^Message to/ }).waitFor({ state: 'hidden' })
  await members.getByRole('listitem').filter({ hasText: 'Jerry' }).waitFor({ state: 'hidden' })
})

test('[AC15] joining by id works where it is open, and says so where it is not', async () => {
  const device = await openDevice('Vera', relay().port)
  onTestFinished(device.close)
  const open = await device.client.createConversation({ members: ['Will'], name: 'Open', unique: false })
  const closed = await device.client.createConversation({ members: ['Will'], name: 'By invitation' })
  await Promise.all([open.confirmed, closed.confirmed])
  await (
    await open.send('Come in')
  ).sent

  const { page } = await openPerson('Xenia', relay().port)
  const join = async (id: string) => {
    await page.getByRole('button', { name: 'Join by id' }).click()
    const dialog = page.getByRole('dialog', { name: 'Join a conversation' })
    await dialog.getByRole('textbox', { name: 'Its id' }).fill(id)
    await dialog.getByRole('button', { name: 'Join' }).click()
    return dialog
  }
  const dialog = await join(closed.id)
  await dialog
    .getByRole('alert')
    .filter({ hasText: 'There is no such conversation, or it is not open to you.' })
    .waitFor()
  await page.keyboard.press('Escape')
  await join(open.id)
  await seeMessage(page, 'Come in')
  await say(page, 'Thank you')
  await seeMessage(page, 'Thank you')
  await expect.poll(() => open.lastMessage?.getText(), soon).toBe('Thank you')
})

test('[AC30] [AC31] the owner makes managers, mutes, blocks and renames', { timeout: 180_000 }, async () => {
  const olga = await openPerson('Olga', relay().port)
  await startConversation(olga.page, 'Paul, Rita')
  const paul = await openPerson('Paul', relay().port)
  await openConversation(paul.page, 'Olga, Rita')
  await say(paul.page, 'Before')
  const members = await openMembers(olga.page)
  const seen = await openMembers(paul.page)
  expect(await seen.getByRole('button', { name: /^(What to do with|Remove|Unblock)/ }).count()).toBe(0)
  await seen.getByRole('button', { name: 'Rename' }).waitFor()

  await choose(members, 'Paul', 'Make manager')
  await seen.getByRole('listitem').filter({ hasText: 'you, manager' }).waitFor()
  await members
    .getByRole('listitem')
    .filter({ hasText: 'Paul' })
    .getByText('manager', { exact: true })
    .waitFor()
  // A manager acts on plain members only.
  await expect.poll(() => seen.getByRole('button', { name: /^What to do with/ }).count(), soon).toBe(1)
  await choose(seen, 'Rita', 'Block')
  await paul.page.getByRole('dialog', { name: 'Block Rita?' }).getByRole('button', { name: 'Block' }).click()
  const blocked = members.getByRole('list', { name: 'Blocked' })
  await blocked.getByText('Rita').waitFor()
  await members.getByRole('textbox', { name: 'Names to add' }).fill('Rita')
  await members.getByRole('button', { name: 'Add' }).click()
  await members.getByRole('alert').filter({ hasText: 'Rita: blocked here; unblock first.' }).waitFor()
  await blocked.getByRole('button', { name: 'Unblock Rita' }).click()
  await blocked.waitFor({ state: 'hidden' })

  await members.getByRole('button', { name: 'Rename' }).click()
  const dialog = olga.page.getByRole('dialog', { name: 'Rename the conversation' })
  await dialog.getByRole('textbox', { name: 'Title' }).fill('Garden')
  await dialog.getByRole('button', { name: 'Rename' }).click()
  await paul.page.getByRole('heading', { level: 1, name: 'Garden' }).waitFor()

  await choose(members, 'Paul', 'Make plain member')
  await choose(members, 'Paul', 'Mute until unmuted')
  await members.getByRole('listitem').filter({ hasText: 'muted' }).waitFor()
  await paul.page.getByText('You were muted: for the time being you can read here').waitFor()
  await paul.page.getByRole('textbox', { name: /^Message to/ }).waitFor({ state: 'hidden' })
  await expect
    .poll(() => seen.getByRole('button', { name: /^(What to do with|Remove)/ }).count(), soon)
    .toBe(0)
  await choose(members, 'Paul', 'Unmute')
  await say(paul.page, 'After')
  await seeMessage(olga.page, 'After')
})

test('[AC11] [AC31] what was written before one learns of a mute is refused with its reason', async () => {
  const device = await openDevice('Sue', relay().port)
  onTestFinished(device.close)
  const conversation = await device.client.createConversation({
    members: ['Ted'],
    name: 'Hush',
    unique: false,
  })
  const first = await conversation.send('Hello')
  await first.sent
  const ted = await openPerson('Ted', relay().port)
  const { page } = ted
  await openConversation(page, 'Hush')
  await seeMessage(page, 'Hello')
  ted.network.cut()
  await page.getByRole('status').filter({ hasText: 'Offline' }).waitFor()
  await messageMenu(page, 'Hello', 'React with thumbs up')
  await page.getByRole('button', { name: '👍 from you' }).waitFor()
  await say(page, 'Not so loud')
  const forMs = 3000
  await (
    await conversation.muteMembers(['Ted'], { forMs })
  ).confirmed
  ted.network.lead(relay().port)
  // It may have come back by itself.
  await page
    .getByRole('button', { name: 'Try now' })
    .click({ timeout: 2000 })
    .catch(() => undefined)
  await page.getByText('Not sent. You may not write here for the time being.').waitFor()
  await page.getByRole('button', { name: '👍 from you' }).waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: '2 not sent' }).click()
  const unsent = page.getByRole('dialog', { name: 'Not sent yet' })
  await unsent
    .getByRole('listitem')
    .filter({ hasText: 'Reacting with 👍' })
    .getByText('You may not write here')
    .waitFor()
  await page.keyboard.press('Escape')

  // A mute that ends by itself gives the field back.
  await page.getByRole('textbox', { name: /^Message to/ }).waitFor()
  await say(page, 'Better now')
  await expect.poll(() => conversation.lastMessage?.getText(), soon).toBe('Better now')
})

async function openMembers(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Members', exact: true }).click()
  return page.getByRole('complementary', { name: 'Members' })
}

/** Does one of the things that can be done with a member. */
async function choose(members: Locator, name: string, item: string): Promise<void> {
  await members.getByRole('button', { name: `What to do with ${name}` }).click()
  await members.page().getByRole('menuitem', { name: item, exact: true }).click()
}

/** As the lists show it: initials, name, role. */
function expectText(text: string): unknown {
  return expect.stringContaining(text)
}
