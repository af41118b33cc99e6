// What people do with messages on the page: edit, react, answer, name somebody, take back.

import { type Conversation, type Message, TextMessage } from '@parley/client'
import type { Locator, Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { openDevice } from './device.ts'
import {
  messageMenu,
  messageWith,
  openConversation,
  openPerson,
  say,
  seeMessage,
  shownTexts,
} from './person.ts'
import { useRelayWithPage } from './setting.ts'
import { soon } from './waiting.ts'

const relay = useRelayWithPage()

test('[AC25] one’s own text is edited, from its menu or with ArrowUp', { timeout: 120_000 }, async () => {
  const conversation = await talk('Abe', ['Bea'], 'Edits')
  const { page } = await openPerson('Bea', relay().port)
  await openConversation(page, 'Edits')
  await say(page, 'At noon')
  await say(page, 'Bring breadd')
  await seeMessage(page, 'Bring breadd')

  await field(page).press('ArrowUp')
  await page.getByText('Editing your message').waitFor()
  expect(await field(page).inputValue()).toBe('Bring breadd')
  await field(page).fill('Bring bread')
  await field(page).press('Enter')
  const bread = page.getByRole('article', { name: /^You: Bring bread, .*, edited, (sent|delivered)$/ })
  await bread.waitFor()
  await bread.locator('.meta', { hasText: 'edited' }).waitFor()
  expect(await field(page).inputValue()).toBe('')
  await expect.poll(() => conversation.lastMessage?.getText(), soon).toBe('Bring bread')

  // What was being written is there again after Escape; nothing was changed.
  await field(page).fill('half a sentence')
  await messageMenu(page, 'At noon', 'Edit')
  expect(await field(page).inputValue()).toBe('At noon')
  await field(page).fill('At midnight')
  await field(page).press('Escape')
  expect(await field(page).inputValue()).toBe('half a sentence')
  expect(await shownTexts(page)).toEqual(['At noon', 'Bring bread'])
  // A field with something in it keeps its own ArrowUp.
  await field(page).press('ArrowUp')
  await page.getByText('Editing your message').waitFor({ state: 'hidden' })
  await page.getByRole('link', { name: /Edits.*draft: half a sentence/ }).waitFor()
})

test('[AC26] [AC29] reactions come and go, by keys alone as well', { timeout: 120_000 }, async () => {
  const conversation = await talk('Cal', ['Dot'], 'Signs')
  const first = await sendNow(conversation, 'Guess what')
  const { page } = await openPerson('Dot', relay().port)
  await openConversation(page, 'Signs')
  await seeMessage(page, 'Guess what')

  // From the field back to the last message, into its menu, to the second sign.
  await messageWith(page, 'Guess what').focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menu', { name: 'Message' }).waitFor()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  const heart = page.getByRole('button', { name: '❤️ from you' })
  await heart.waitFor()
  expect(await heart.getAttribute('aria-pressed')).toBe('true')
  await page.getByRole('article', { name: /^Cal: Guess what, .*, ❤️ from you$/ }).waitFor()
  expect(await focusedMessage(page)).toMatch(/^Cal: Guess what/)

  await conversation.react(first, '❤️')
  await conversation.react(first, '🎈')
  const both = page.getByRole('button', { name: '❤️ from you and Cal' })
  await both.waitFor()
  // A click takes one's own back, and sets what somebody else has set; the keys stay where they are.
  await both.focus()
  await page.keyboard.press('Enter')
  const his = page.getByRole('button', { name: '❤️ from Cal', exact: true })
  await his.waitFor()
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('❤️ from Cal')
  expect(await his.getAttribute('aria-pressed')).toBe('false')
  await page.getByRole('button', { name: '🎈 from Cal' }).click()
  await page.getByRole('button', { name: '🎈 from Cal and you' }).waitFor()
  await expect
    .poll(
      async () =>
        (await conversation.queryMessages())[0]?.reactions.map(({ sign, users }) => [sign, ...users]),
      soon,
    )
    .toEqual([
      ['❤️', 'Cal'],
      ['🎈', 'Cal', 'Dot'],
    ])
})

test('[AC29] a menu offers what may be done, and nothing else', { timeout: 120_000 }, async () => {
  const conversation = await talk('Eli', ['Fox'], 'Menus')
  await sendNow(conversation, 'From Eli')
  const fox = await openPerson('Fox', relay().port)
  const { page } = fox
  await openConversation(page, 'Menus')
  await say(page, 'From Fox')
  await seeMessage(page, 'From Fox')
  const offered = async (text: string) => {
    await messageWith(page, text).hover()
    await messageWith(page, text)
      .getByRole('button', { name: /^What to do with/ })
      .click()
    const items = await page.getByRole('menuitem').allInnerTexts()
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    return items
  }
  expect(await offered('From Eli')).toEqual(['Reply', 'Copy text'])
  // A second click on its button closes it.
  const button = messageWith(page, 'From Eli').getByRole('button', { name: 'What to do with “From Eli”' })
  await button.click()
  await page.getByRole('menu').waitFor()
  await button.click()
  await page.getByRole('menu').waitFor({ state: 'detached' })
  await button.click()
  await page.getByRole('menu').waitFor()
  await page.keyboard.press('Escape')
  expect(await offered('From Fox')).toEqual(['Reply', 'Edit', 'Copy text', 'Take back'])
  await (
    await conversation.setPolicy({ speak: 'owner' })
  ).confirmed
  await page.getByText('Writing is for those who lead this conversation.').waitFor()
  expect(await offered('From Eli')).toEqual(['Copy text'])
  // What was said may be taken back whatever else one may not do.
  expect(await offered('From Fox')).toEqual(['Copy text', 'Take back'])
  await messageMenu(page, 'From Fox', 'Take back')
  await page
    .getByRole('dialog', { name: 'Take this message back?' })
    .getByRole('button', { name: 'Take back' })
    .click()
  await page.getByText('You took back a message').waitFor()
  expect(await page.getByRole('button', { name: /^What to do with/ }).count()).toBe(1)
})

test(
  '[AC27] a reply shows what it answers and leads there, however far back',
  { timeout: 180_000 },
  async () => {
    const conversation = await talk('Gil', ['Han'], 'Answers')
    const far = await sendNow(conversation, 'Said long ago')
    for (let number = 1; number < 160; number += 1) await conversation.send(`number ${number}`)
    await sendNow(conversation, 'number 160')
    const { page } = await openPerson('Han', relay().port)
    await openConversation(page, 'Answers')
    await seeMessage(page, 'number 160')
    await messageMenu(page, 'number 160', 'Reply')
    await page.getByText('Replying to Gil').waitFor()
    await field(page).press('Escape')
    await page.getByText('Replying to Gil').waitFor({ state: 'hidden' })
    await messageMenu(page, 'number 160', 'Reply')
    await say(page, 'So many numbers')
    await messageWith(page, 'So many numbers')
      .getByRole('button', { name: 'In answer to Gil: number 160' })
      .waitFor()
    await expect.poll(() => conversation.lastMessage?.getText(), soon).toBe('So many numbers')

    await conversation.send(new TextMessage('About the first one').setReplyTo(far))
    const quote = messageWith(page, 'About the first one').getByRole('button', {
      name: 'In answer to Gil: Said long ago',
    })
    await quote.waitFor()
    expect(await shownTexts(page)).not.toContain('Said long ago')
    await quote.click()
    const first = page.getByRole('article', { name: /^Gil: Said long ago/ })
    await expect.poll(() => isInView(first), soon).toBe(true)
    await expect.poll(() => focusedMessage(page), soon).toMatch(/^Gil: Said long ago/)
  },
)

test('[AC28] who is named stands out, and his list says so', { timeout: 120_000 }, async () => {
  const conversation = await talk('Ira', ['Jan', 'Jill'], 'Names')
  const { page } = await openPerson('Jan', relay().port)
  await openConversation(page, 'Names')
  await field(page).pressSequentially('Ask @j')
  const offers = page.getByRole('listbox', { name: 'People to mention' })
  await expect.poll(() => offers.getByRole('option').allInnerTexts(), soon).toEqual(['J\nJill'])
  await field(page).press('Enter')
  expect(await field(page).inputValue()).toBe('Ask @Jill ')
  await offers.waitFor({ state: 'hidden' })
  await field(page).pressSequentially('and @')
  await expect.poll(() => offers.getByRole('option').count(), soon).toBe(3)
  await field(page).press('ArrowUp')
  await field(page).press('Tab')
  expect(await field(page).inputValue()).toBe('Ask @Jill and @everybody ')
  // What is written out needs no list: Enter sends it.
  await field(page).fill('@Ira')
  await offers.getByRole('option', { name: 'Ira' }).waitFor()
  await field(page).press('Enter')
  await seeMessage(page, '@Ira')
  await field(page).press('@')
  await field(page).press('Escape')
  await offers.waitFor({ state: 'hidden' })
  await field(page).fill('Ask @Jill and @everybody else@Ira')
  await field(page).press('Enter')
  await seeMessage(page, 'Ask @Jill')
  expect(await page.locator('.mention').allInnerTexts()).toEqual(['@Ira', '@Jill', '@everybody'])
  await expect.poll(() => conversation.lastMessage?.getMentionList(), soon).toEqual(['Jill'])
  expect(conversation.lastMessage?.mentionedAll).toBe(true)

  await page.evaluate(() => {
    location.hash = ''
  })
  await sendNow(conversation, 'Nobody is named')
  const row = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link')
  await expect.poll(() => row.getAttribute('aria-label'), soon).toMatch(/^Names, 1 unread, Ira: Nobody/)
  await conversation.send(new TextMessage('@Jan?').setMentionList(['Jan']))
  await expect
    .poll(() => row.getAttribute('aria-label'), soon)
    .toMatch(/^Names, 2 unread, somebody mentions you, Ira: @Jan\?/)
  await row.getByText('@', { exact: true }).waitFor()
  await row.click()
  await page.locator('.mention.me', { hasText: '@Jan' }).waitFor()
  await row.getByText('@', { exact: true }).waitFor({ state: 'hidden' })
})

test(
  '[AC27] [AC29] what was never sent is taken back whole, and what is not there is not made up',
  { timeout: 120_000 },
  async () => {
    const conversation = await talk('Kim', ['Lou'], 'Nothing')
    const other = await talk('Ken', ['Lou'], 'Elsewhere')
    const strange = await sendNow(other, 'Somewhere else')
    const answer = await conversation.send(new TextMessage('About something').setReplyTo(strange.id))
    await answer.sent
    const lou = await openPerson('Lou', relay().port)
    const { page } = lou
    await openConversation(page, 'Nothing')
    await messageWith(page, 'About something')
      .getByText('In answer to a message that is not on this device')
      .waitFor()

    await lou.goOffline()
    await page.getByRole('status').filter({ hasText: 'Offline' }).waitFor()
    await say(page, 'Never mind')
    await messageMenu(page, 'Never mind', 'Take back')
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
    await expect.poll(() => shownTexts(page), soon).toEqual(['About something'])
    await page.getByRole('button', { name: 'waiting to be sent' }).waitFor({ state: 'hidden' })
    await say(page, 'But this')
    expect(await page.locator('.notice').filter({ hasNotText: 'added you to' }).count()).toBe(0)
  },
)

function field(page: Page): Locator {
  return page.getByRole('textbox', { name: /^Message to/ })
}

async function talk(one: string, others: readonly string[], name: string): Promise<Conversation> {
  const device = await openDevice(one, relay().port)
  onTestFinished(device.close)
  const conversation = await device.client.createConversation({ members: others, name, unique: false })
  await conversation.confirmed
  return conversation
}

async function sendNow(conversation: Conversation, text: string): Promise<Message> {
  const message = await conversation.send(text)
  await message.sent
  return message
}

/** What is read out of the message that has the focus, or has it within. */
function focusedMessage(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.closest('article')?.getAttribute('aria-label'))
}

async function isInView(locator: Locator): Promise<boolean> {
  const box = await locator.boundingBox()
  const view = await locator.page().locator('.scroller').boundingBox()
  return box !== null && view !== null && box.y >= view.y && box.y + box.height <= view.y + view.height
}
