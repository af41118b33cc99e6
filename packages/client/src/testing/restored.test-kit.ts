/** A device, and a relay that was restored from before the last things the device knows. */
import type { DeviceFrame } from '@parley/wire'
import { startDevice, type TestDevice } from './device.test-kit.ts'
import { createScript, type Script } from './script.test-kit.ts'
import { conversationId, jerry, pushed, tom } from './values.test-kit.ts'

const lunch = conversationId(1)
const text = (words: string) => ({ type: -1, text: words })

/** Nothing is fetched in idle time, and nobody is asked whether he lives. */
export const limits = { maxIdleConversations: 0, heartbeatMs: 10 ** 12 }
export const day: number = 24 * 3_600_000

/** What everybody had said when the backup was made: one on the first page, two on the second. */
export function backup(): Script {
  const script = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  script.text(jerry, 'one')
  script.change({ op: 'page', pages: 2 })
  script.text(jerry, 'two')
  return script
}

/** Tom has all of that, and two messages of his own that the backup does not have. */
export async function aheadOfBackup(): Promise<{
  readonly device: TestDevice
  readonly lost: readonly string[]
}> {
  const device = await startDevice({ limits })
  const script = backup()
  await device.connect({ news: [script.news()] })
  for (const words of ['three', 'four']) {
    await device.engine.send(lunch, text(words))
    const updates = pushed(device.sent())
    const rows = updates.map((update) => script.accept(update))
    await device.say(script.accepted(updates, rows), script.frame(...rows))
  }
  await device.cut()
  await device.pass(40_000)
  device.sent()
  device.events.splice(0)
  return { device, lost: ['three', 'four'] }
}

export async function meetRestored(device: TestDevice, ...scripts: readonly Script[]): Promise<void> {
  const news = scripts.map((script) =>
    script.news({ whole: false, rows: [], touched: [script.touched(script.pages)] }),
  )
  await device.connect({ epoch: 'restored', full: true, cursor: 50, news })
}

function asked(frames: readonly DeviceFrame[]): Extract<DeviceFrame, { readonly frame: 'digests' }> {
  const found = frames.find((frame) => frame.frame === 'digests')
  if (found === undefined) throw new Error('no digests were asked for')
  return found
}

export async function compare(device: TestDevice, script: Script): Promise<readonly DeviceFrame[]> {
  const frames = device.sent()
  const { request, pages } = asked(frames)
  const known = pages.filter((page) => page <= script.pages)
  await device.say({
    frame: 'digests-answer',
    request,
    conversation: script.id,
    pages: known.map((page) => script.touched(page)),
  })
  return frames
}
