/** A relay with the chat page, once per test file. */
import { afterAll, beforeAll } from 'vitest'
import { buildPage } from './built-page.ts'
import { type RelayProcess, startRelay, temporaryFolder } from './relay-process.ts'

/** Answers how to get at the relay once the tests run. */
export function useRelayWithPage(): () => RelayProcess {
  const data = temporaryFolder('relay')
  let page: Awaited<ReturnType<typeof buildPage>> | undefined
  let relay: RelayProcess | undefined
  beforeAll(async () => {
    page = await buildPage()
    relay = await startRelay({ data: data.path, page: page.path })
  })
  afterAll(async () => {
    await relay?.end('SIGTERM')
    page?.dispose()
    data.dispose()
  })
  return () => {
    if (relay === undefined) throw new Error('The relay has not been started.')
    return relay
  }
}
