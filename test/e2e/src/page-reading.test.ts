// Reading on the page: the list, the timeline, what is read out, and whom the page asks for what.

import { type Conversation, TextMessage } from '@parley/client'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { type Device, openDevice } from './device.ts'
import { openConversation, openPerson, say, seeMessage, shownTexts } from './person.ts'
import { useRelayWithPage } from './setting.ts'
import { soon } from './waiting.ts'

const relay = useRelayWithPage()

test('[AC3] [AC16] a row and a message say all there is to say', async () => {
  const { conversation } = await talk('Kai', 'Lea', 'Choir')
  await sendNow(conversation, 'Said before')
  const { page } = await openPerson('Lea', relay().port)
  await page.getByRole('link', { name: /^Choir/ }).click()
  await seeMessage(page, 'Said before')
  await page.evaluate(() => {
    location.hash = ''
  })
  await sendNow(conversation, 'Rehearsal at seven')
  const row = page.getByRole('navigation', { name: 'Conversations' }).getByRole('link')
  await expect
    .poll(() => row.getAttribute('aria-label'), soon)
    .toMatch(/^Choir, 1 unread, Kai: Rehearsal at seven, \d{1,2}:\d\d/)
  expect(await page.title()).toBe('(1) Parley, Lea')

  await row.click()
  await seeMessage(page, 'Rehearsal at seven')
  await page.getByRole('article', { name: /^Kai: Rehearsal at seven, \d{1,2}:\d\d/ }).waitFor()
  await page.locator('.unread-mark').waitFor()
  await expect.poll(() => page.title(), soon).toBe('Parley, Lea')
  await say(page, 'I will be there')
  await page.getByRole('article', { name: /^You: I will be there, .*, delivered$/ }).waitFor()
  await expect
    .poll(() => row.getAttribute('aria-label'), soon)
    .toMatch(/^Choir, you: I will be there, delivered, /)

  // Announced is what is new, never what was there.
  const fine = await conversation.send('Fine')
  const announced = page.getByRole('log', { name: 'News' })
  await announced.getByText('Kai: Fine').waitFor()
  await conversation.update(fine, new TextMessage('Very fine'))
  await announced.getByText('Kai edited a message: Very fine').waitFor()
  const hers = (await conversation.queryMessages()).find((message) => message.from === 'Lea')
  await conversation.react(hers?.id ?? '', '🎶')
  await announced.getByText('Kai reacted with 🎶 to your message: I will be there').waitFor()
  expect(await announced.innerText()).not.toContain('Said before')
})

test('[AC8] [AC9] the newest stays in view, or else what one reads does', { timeout: 120_000 }, async () => {
  const { conversation } = await talk('Max', 'Nia', 'Long talk')
  await sendNumbered(conversation, 150)
  const { page } = await openPerson('Nia', relay().port)
  await openConversation(page, 'Long talk')
  await seeMessage(page, 'number 150')
  expect(await distanceToEnd(page)).toBeLessThan(2)
  await sendNow(conversation, 'said while she looks')
  await seeMessage(page, 'said while she looks')
  await expect.poll(() => distanceToEnd(page), soon).toBeLessThan(2)

  // Upwards, older ones come in above, and what she reads does not move.
  const before = await shownTexts(page)
  expect(before).not.toContain('number 1')
  await scrollTo(page, 60)
  await expect.poll(async () => (await shownTexts(page)).length, soon).toBeGreaterThan(before.length)
  const anchor = page
    .locator('.message')
    .filter({ hasText: before[3] ?? '' })
    .first()
  const place = await anchor.boundingBox()
  await conversation.send('said while she reads')
  await page.getByRole('button', { name: 'To the newest message' }).getByText('1', { exact: true }).waitFor()
  expect((await anchor.boundingBox())?.y).toBeCloseTo(place?.y ?? 0, 0)

  await expect
    .poll(async () => {
      await scrollTo(page, 0)
      return page.locator('.timeline-top').innerText()
    }, soon)
    .toBe('The conversation begins here.')
  const numbers = Array.from({ length: 150 }, (_, index) => `number ${index + 1}`)
  expect(await shownTexts(page)).toEqual([...numbers, 'said while she looks', 'said while she reads'])

  await page.getByRole('button', { name: 'To the newest message' }).click()
  await expect.poll(() => distanceToEnd(page), soon).toBeLessThan(2)
})

test(
  '[AC9] what is not on this device is said to be missing, and comes with the network',
  { timeout: 180_000 },
  async () => {
    const { conversation } = await talk('Otto', 'Pia', 'Three pages')
    await sendNumbered(conversation, 600)
    const pia = await openPerson('Pia', relay().port)
    const { page } = pia
    await openConversation(page, 'Three pages')
    await seeMessage(page, 'number 600')
    await pia.goOffline()
    await page.getByRole('status').filter({ hasText: 'Offline' }).waitFor()
    const top = page.locator('.timeline-top')
    await expect
      .poll(async () => {
        await scrollTo(page, 0)
        return top.innerText()
      }, soon)
      .toContain('not on this device')
    await pia.goOnline(relay().port)
    await expect
      .poll(async () => {
        await scrollTo(page, 30)
        await scrollTo(page, 0)
        return top.innerText()
      }, soon)
      .toBe('The conversation begins here.')
    expect((await shownTexts(page)).length).toBe(600)
  },
)

test('[AC2] [AC24] the page asks its own origin, for a token by POST and for its files', async () => {
  const { conversation } = await talk('Quin', 'Rosa', 'Origins')
  await sendNow(conversation, 'Hello')
  const rosa = await openPerson('Rosa', relay().port)
  const { page } = rosa
  const asked: string[] = []
  const own = new URL(page.url()).origin
  page.context().on('request', (request) => {
    const { origin, pathname } = new URL(request.url())
    asked.push(
      `${request.method()} ${origin === own ? pathname : request.url()} ${request.postData() ?? ''}`.trim(),
    )
  })
  page.on('websocket', (socket) =>
    asked.push(`SOCKET ${socket.url().replace(own.replace('http', 'ws'), '')}`),
  )
  await page.reload()
  await openConversation(page, 'Origins')
  await seeMessage(page, 'Hello')
  expect(asked).toContain('POST /dev/token {"user":"Rosa"}')
  expect(asked).toContain('SOCKET /')
  const others = asked.filter(
    (request) =>
      !/^(GET \/(\?|$|assets\/|icon\.svg|manifest|service-worker\.js|index\.html)|POST \/dev\/token|SOCKET \/$)/.test(
        request,
      ),
  )
  expect(others).toEqual([])
})

async function talk(
  one: string,
  other: string,
  name: string,
): Promise<{ readonly conversation: Conversation; readonly device: Device }> {
  const device = await openDevice(one, relay().port)
  onTestFinished(device.close)
  const conversation = await device.client.createConversation({ members: [other], name, unique: false })
  await conversation.confirmed
  return { conversation, device }
}

async function sendNow(conversation: Conversation, text: string): Promise<void> {
  const message = await conversation.send(text)
  await message.sent
}

async function sendNumbered(conversation: Conversation, count: number): Promise<void> {
  const messages = []
  for (let number = 1; number <= count; number += 1)
    messages.push(await conversation.send(`number ${number}`))
  await Promise.all(messages.map((message) => message.sent))
}

function distanceToEnd(page: Page): Promise<number> {
  return page
    .locator('.scroller')
    .evaluate((scroller) => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight)
}

async function scrollTo(page: Page, top: number): Promise<void> {
  await page.locator('.scroller').evaluate((scroller, wanted) => {
    scroller.scrollTop = wanted
  }, top)
}
