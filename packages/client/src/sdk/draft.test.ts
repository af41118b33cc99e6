import { expect, test } from 'vitest'
import { stage } from '../testing/client.test-kit.ts'
import { createScript } from '../testing/script.test-kit.ts'
import { conversationId, entryId, jerry, tom } from '../testing/values.test-kit.ts'
import { TextMessage } from './built-in-messages.ts'
import { ElementsMessage } from './elements-message.ts'
import { MessageStatus } from './message.ts'

const lunch = conversationId(1)

async function atLunch() {
  const stood = await stage()
  await stood.connect({ news: [createScript(lunch, { by: jerry, members: [tom] }).news()] })
  const conversation = await stood.client.getConversation(lunch)
  if (conversation === null) throw new Error('he is in it')
  return { conversation }
}

test('[CL465] a text is a draft, and comes back as a message that can be sent', async () => {
  const { conversation } = await atLunch()
  expect(conversation.draft).toBeNull()
  await conversation.setDraft('half a')
  const { draft } = conversation
  expect(draft).toMatchObject({ text: 'half a', data: '', editedAt: new Date(1_000_000) })
  expect(draft?.message).toBeInstanceOf(TextMessage)
  expect(draft?.message).toMatchObject({ text: 'half a', status: MessageStatus.NONE, replyTo: null })
  await conversation.cancelDraft()
  expect(conversation.draft).toBeNull()
})

test('[CL465] [CL466] a draft of elements comes back whole, is sent as it stands, and is gone with that', async () => {
  const { conversation } = await atLunch()
  const written = new ElementsMessage([
    { kind: 'text', text: 'here: ' },
    { kind: 'custom', data: { seat: 4 } },
  ])
  written.setMentionList(['Jerry']).setReplyTo(entryId(7)).setAttributes({ colour: 'red' })
  await conversation.setDraft(written, { data: 'cursor 3' })
  const { draft } = conversation
  if (draft === null) throw new Error('there is one')
  expect(draft.data).toBe('cursor 3')
  expect(draft.message).toBeInstanceOf(ElementsMessage)
  expect(draft.message.toContent()).toEqual(written.toContent())
  expect(draft.message.replyTo).toBe(entryId(7))

  const sent = await conversation.send(draft.message, { drafted: true })
  expect(sent.status).toBe(MessageStatus.SENDING)
  expect(conversation.draft).toBeNull()
  expect((await conversation.queryMessages()).at(-1)).toMatchObject({ id: sent.id, replyTo: entryId(7) })
})
