// Writing on the page: keys, drafts, what waits, what was refused.

import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { openDevice } from './device.ts'
import { openConversation, openPerson, say, seeMessage, shownMessages, startConversation } from './person.ts'
import { useRelayWithPage } from './setting.ts'
import { soon } from './waiting.ts'

const relay = useRelayWithPage()

function field(page: Page) {
  return page.getByRole('textbox', { name: /^Message to/ })
}

test('[AC13] Enter sends, Shift+Enter begins a line, Enter within a composition belongs to it', async () => {
  const { page } = await openPerson('Ann', relay().port)
  await startConversation(page, 'Ben')
  await field(page).pressSequentially('one')
  await field(page).press('Shift+Enter')
  await field(page).pressSequentially('two')
  await field(page).press('Enter')
  await seeMessage(page, 'one')
  expect((await shownMessages(page)).map(({ label }) => label)).toEqual(['one\ntwo'])
  expect(await field(page).inputValue()).toBe('')

  // A word being composed from its sounds, as with Chinese; Enter takes it as it stands.
  const browser = await page.context().newCDPSession(page)
  await browser.send('Input.imeSetComposition', { text: 'ni hao', selectionStart: 6, selectionEnd: 6 })
  await field(page).press('Enter')
  expect(await shownMessages(page)).toHaveLength(1)
  expect(await field(page).inputValue()).toContain('ni hao')
  await field(page).fill('')
  await browser.send('Input.insertText', { text: '你好' })
  await field(page).press('Enter')
  await seeMessage(page, '你好')

  // Nothing but blanks is nothing.
  await field(page).fill('  \n ')
  await field(page).press('Enter')
  expect(await shownMessages(page)).toHaveLength(2)
})

test('[AC14] what was typed is there again after leaving the conversation, and the page', async () => {
  const { page } = await openPerson('Cid', relay().port)
  await startConversation(page, 'Dora')
  await startConversation(page, 'Emil')
  await field(page).fill('half a sentence')
  await openConversation(page, 'Dora')
  expect(await field(page).inputValue()).toBe('')
  await page.getByRole('link', { name: /Emil.*draft: half a sentence/ }).waitFor()
  await openConversation(page, 'Emil')
  expect(await field(page).inputValue()).toBe('half a sentence')

  await field(page).fill('half a sentence and')
  await page.getByRole('link', { name: /Emil.*draft: half a sentence and/ }).waitFor()
  await page.reload()
  await field(page).waitFor()
  expect(await field(page).inputValue()).toBe('half a sentence and')

  // What is sent is no draft any more.
  await field(page).press('Enter')
  await seeMessage(page, 'half a sentence and')
  await page.getByRole('link', { name: /Emil, you: half a sentence and/ }).waitFor()
  await page.reload()
  await seeMessage(page, 'half a sentence and')
  expect(await field(page).inputValue()).toBe('')
})

test('[AC10] [AC12] without a connection the bar counts down, and what waits is counted', async () => {
  const fay = await openPerson('Fay', relay().port)
  const { page } = fay
  await startConversation(page, 'Gus')
  await say(page, 'With a connection')
  await seeMessage(page, 'With a connection')
  fay.network.cut()
  const status = page.getByRole('status')
  await status.filter({ hasText: 'Offline, waiting to try again' }).waitFor()
  // Not a single change of what is read out, while the seconds go by.
  const changes = await status.evaluateHandle((element) => {
    const seen: string[] = []
    new MutationObserver(() => seen.push(element.textContent ?? '')).observe(element, {
      characterData: true,
      childList: true,
      subtree: true,
    })
    return seen
  })
  const count = page.locator('.connection-bar .count')
  await expect.poll(() => count.textContent(), soon).toMatch(/^in \d+ s$/)
  const first = await count.textContent()
  await expect.poll(() => count.textContent(), soon).not.toBe(first)
  expect(new Set(await changes.jsonValue()).size).toBeLessThanOrEqual(2)

  await say(page, 'First')
  await say(page, 'Second')
  await page.getByRole('button', { name: '2 waiting to be sent' }).click()
  await page.getByRole('dialog', { name: 'Not sent yet' }).getByText('First').waitFor()
  fay.network.lead(relay().port)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Try now' }).click()
  await seeMessage(page, 'Second')
  await page.locator('.connection-bar').waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'waiting to be sent' }).waitFor({ state: 'hidden' })
})

test(
  '[AC11] [AC12] a refusal shows its reason, and can be retried or discarded',
  { timeout: 120_000 },
  async () => {
    const hal = await openDevice('Hal', relay().port)
    onTestFinished(hal.close)
    const conversation = await hal.client.createConversation({
      members: ['Ida', 'Joe'],
      name: 'In and out',
      unique: false,
    })
    await (
      await conversation.send('Welcome')
    ).sent
    const ida = await openPerson('Ida', relay().port)
    const { page } = ida
    await openConversation(page, 'In and out')
    await seeMessage(page, 'Welcome')

    ida.network.cut()
    await page.getByRole('status').filter({ hasText: 'Offline' }).waitFor()
    await say(page, 'Written after the removal')
    await say(page, 'And one more')
    await (
      await conversation.remove(['Ida'])
    ).confirmed
    ida.network.lead(relay().port)
    await seeMessage(page, 'Written after the removal', 'failed')
    await seeMessage(page, 'And one more', 'failed')
    await page.getByText('Not sent. You are not in this conversation any more.').first().waitFor()
    const waiting = page.getByRole('button', { name: '2 not sent' })
    await waiting.waitFor()

    // Brought back, he sends one of them again and lets the other go.
    await (
      await conversation.add(['Ida'])
    ).confirmed
    await field(page).waitFor()
    const messages = page.locator('.message.failed')
    await messages.first().getByRole('button', { name: 'Try again' }).click()
    await seeMessage(page, 'Written after the removal')
    await messages.getByRole('button', { name: 'Discard' }).click()
    await expect
      .poll(async () => (await shownMessages(page)).map(({ label }) => label), soon)
      .toEqual(['Welcome', 'Written after the removal'])
    await waiting.waitFor({ state: 'hidden' })
    await expect
      .poll(async () => (await conversation.queryMessages()).map((message) => message.getText()), soon)
      .toEqual(['Welcome', 'Written after the removal'])
  },
)
