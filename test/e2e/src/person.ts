/** A person at the chat page: a Chromium with a profile of its own, and a network of its own that can be cut. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Chromium, launchChromium } from '@parley/test-chromium'
import type { Locator, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { type CuttableProxy, createCuttableProxy } from './cuttable-proxy.ts'

export interface Person {
  readonly name: string
  readonly page: Page
  readonly chromium: Chromium
  readonly network: CuttableProxy
  readonly goOffline: () => Promise<void>
  readonly goOnline: (port: number) => Promise<void>
}

export interface ShownMessage {
  readonly id: string
  readonly label: string
  readonly state: string
}

/** Opens the page and waits until it is connected; all of it is closed when the test is over. */
export async function openPerson(name: string, relayPort: number): Promise<Person> {
  const network = await createCuttableProxy(relayPort)
  const chromium = await launchChromium()
  const page = chromium.context.pages()[0] ?? (await chromium.context.newPage())
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') await savePictures(name, chromium)
    await chromium.dispose()
    await network.dispose()
  })
  await openChat(page, name, network)
  return {
    name,
    page,
    chromium,
    network,
    async goOffline() {
      network.cut()
      await chromium.context.setOffline(true)
    },
    async goOnline(port) {
      network.lead(port)
      await chromium.context.setOffline(false)
    },
  }
}

/** A tab of a person, connected, and able to load again without a network. */
export async function openChat(page: Page, name: string, network: CuttableProxy): Promise<void> {
  await page.goto(`http://127.0.0.1:${network.port}/?user=${name}`)
  await page.locator('.own-state', { hasText: /^Connected$/ }).waitFor()
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
}

export async function startConversation(page: Page, members: string): Promise<void> {
  await page.getByRole('button', { name: 'New conversation' }).first().click()
  await page.getByLabel('With whom').fill(members)
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  // The form closes and the conversation opens in one step.
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

export async function openConversation(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name: title }).click()
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
}

export async function say(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: /^Message to/ })
  await field.fill(text)
  await field.press('Enter')
  await page.locator('.message .text', { hasText: text }).waitFor()
}

/** Waits until a message with this text stands there in this state. */
export async function seeMessage(page: Page, text: string, state = 'sent'): Promise<void> {
  await page.locator(`.message[data-state="${state}"] .text`, { hasText: text }).waitFor()
}

export function messageWith(page: Page, text: string): Locator {
  return page.locator('.message').filter({ has: page.locator('.text', { hasText: text }) })
}

/** Does one of the things that the menu of a message offers. */
export async function messageMenu(page: Page, text: string, item: string): Promise<void> {
  await messageWith(page, text).hover()
  await messageWith(page, text)
    .getByRole('button', { name: /^What to do with/ })
    .click()
  await named(page, item).click()
}

/** An item or a sign, whichever bears the name. */
function named(page: Page, name: string): Locator {
  return page
    .getByRole('menuitem', { name, exact: true })
    .or(page.getByRole('menuitemcheckbox', { name, exact: true }))
}

/** Every message that is shown, from top to bottom. */
export function shownMessages(page: Page): Promise<readonly ShownMessage[]> {
  return page.locator('.message').evaluateAll((elements) =>
    elements.map((element) => ({
      id: element.getAttribute('data-id') ?? '',
      label: element.querySelector('.text')?.textContent ?? '',
      state: element.getAttribute('data-state') ?? '',
    })),
  )
}

export async function shownTexts(page: Page): Promise<readonly string[]> {
  return (await shownMessages(page)).map(({ label }) => label)
}

/** A test that waits for something that never comes is understood by looking at the page. */
async function savePictures(name: string, chromium: Chromium): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-e2e-failed-'))
  await Promise.all(
    chromium.context
      .pages()
      .map((page, index) => page.screenshot({ path: join(folder, `${name}-${index}.png`) })),
  )
  console.log(`What ${name} saw is in ${folder}`)
}
