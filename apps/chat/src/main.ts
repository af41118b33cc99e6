/** Where the page begins: who is it, then open his store and show what is in it; the connection is made behind that. */
import { showApp } from './app.ts'
import { faultPage } from './full-page.ts'
import { isName } from './names.ts'
import { openChat } from './parley-chat.ts'
import { pickerPage, rememberPerson } from './picker.ts'
import { tellsReading } from './settings.ts'

const root = document.querySelector<HTMLElement>('#page')
if (root === null) throw new Error('index.html has no place for the page')

if ('serviceWorker' in navigator) {
  navigator.serviceWorker
    .register('/service-worker.js')
    // The page works without it, as long as there is a network.
    .catch((error: unknown) => reportError(error))
}

const user = new URLSearchParams(location.search).get('user')
if (user === null || !isName(user)) {
  root.replaceChildren(pickerPage())
} else {
  rememberPerson(user)
  try {
    showApp(root, await openChat(user, { readReceipts: tellsReading(user) }))
  } catch (error) {
    root.replaceChildren(faultPage(error instanceof Error ? error.message : String(error)))
    throw error
  }
}
