// Members on the page: who is there, and adding, removing, leaving and joining.

import { expect, onTestFinished, test } from 'vitest'
import { openDevice } from './device.ts'
import { openConversation, openPerson, say, seeMessage, startConversation } from './person.ts'
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

/** As the lists show it: initials, name, role. */
function expectText(text: string): unknown {
  return expect.stringContaining(text)
}
