/** What somebody has begun to write in a conversation: of this device alone. Rules CL95, CL465 and CL466. */
import type { Draft as DraftView, DraftContent } from '../engine-types.ts'
import { TextMessage } from './built-in-messages.ts'
import { badArgument, isText, optionsOf } from './json.ts'
import { Message } from './message.ts'
import type { MessageClasses } from './message-classes.ts'

export interface Draft {
  /** Of a draft of elements alone ''. */
  readonly text: string
  /** A new message, as it would be sent: elements, whom it names and what it answers are in it. */
  readonly message: Message
  /** The app's own words beside it; '' for none. */
  readonly data: string
  readonly editedAt: Date
}

export interface DraftOptions {
  /** The app's own words, kept beside what is written. */
  readonly data?: string
}

export function draftContent(draft: string | Message, options: DraftOptions): DraftContent {
  const message = isText(draft) ? new TextMessage(draft) : draft
  if (!(message instanceof Message))
    throw badArgument('A draft is a message, or a text; cancelDraft() takes it away.')
  const { data = '' } = optionsOf(options, 'The options of a draft')
  if (!isText(data)) throw badArgument('What is kept beside a draft is a text.')
  const content = message.toContent()
  return data === '' ? content : { ...content, data }
}

export function draftOf(view: DraftView | null, classes: MessageClasses): Draft | null {
  if (view === null) return null
  const { text = '', replyTo, data = '', editedAt } = view
  const message = classes.make(view)
  return {
    text,
    message: replyTo === undefined ? message : message.setReplyTo(replyTo),
    data,
    editedAt: new Date(editedAt),
  }
}
