/** A device that runs the SDK itself. */
import { type Conversation, type IMClient, Realtime } from '@parley/client'
import type { UserId } from '@parley/document'
import type { Ground, Network } from './ground.ts'
import { textOf } from './text.ts'
import { until } from './waiting.ts'

export interface SdkDevice {
  readonly client: IMClient
  /** All its conversations with their messages, as an app would show them. */
  readonly state: () => Promise<Readonly<Record<string, string>>>
  readonly close: () => Promise<void>
}

export async function openSdkDevice(ground: Ground, { ws }: Network, user: UserId): Promise<SdkDevice> {
  const realtime = new Realtime({ server: ws, token: async () => ground.token(user), store: 'memory' })
  const client = await realtime.createIMClient(user)
  await until(() => realtime.state === 'connected', 'a device was connected')
  return {
    client,
    async state() {
      const told: Record<string, string> = { connection: realtime.state }
      for (const conversation of client.conversations().items) {
        told[conversation.id] = await shown(conversation)
      }
      return told
    },
    close: async () => client.close(),
  }
}

async function shown(conversation: Conversation): Promise<string> {
  const messages = await conversation.queryMessages({ limit: 100 })
  return textOf({
    name: conversation.name,
    members: conversation.members,
    unread: conversation.unreadMessagesCount,
    messages: messages.map(({ id, from, seq, status, text }) => ({ id, from, seq, status, text })),
  })
}
