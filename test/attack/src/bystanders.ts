/** Two people whom nobody attacks: whatever is done to others, what one writes reaches the other. */
import { Event } from '@parley/client'
import type { Ground, Network } from './ground.ts'
import { userOf } from './scenes.ts'
import { openSdkDevice, type SdkDevice } from './sdk-device.ts'
import { until } from './waiting.ts'

export interface Bystanders {
  /** Ann writes and Ben reads it. Answers how long that took. */
  readonly beat: () => Promise<number>
  readonly close: () => Promise<void>
}

export async function openBystanders(ground: Ground, network: Network): Promise<Bystanders> {
  const ann = await openSdkDevice(ground, network, userOf('Ann'))
  const ben = await openSdkDevice(ground, network, userOf('Ben'))
  const tea = await ann.client.createConversation({ members: ['Ben'], name: 'Tea' })
  const heard = new Set<string>()
  ben.client.on(Event.MESSAGE, (message) => heard.add(message.id))
  await tea.confirmed
  return {
    async beat() {
      const began = performance.now()
      const message = await tea.send('still here')
      await message.sent
      await until(() => heard.has(message.id), 'what a bystander wrote had arrived')
      return performance.now() - began
    },
    async close() {
      await closeAll([ann, ben])
    },
  }
}

async function closeAll(devices: readonly SdkDevice[]): Promise<void> {
  await Promise.all(devices.map(async (device) => device.close()))
}
