/** The SDK's events as the page's. Rules: AC17, AC37, AC38. */
import { type Conversation, Event, type IMClient, type Realtime } from '@parley/client'
import type { ChatEvent, Connection } from './chat.ts'
import { called, maxShownNames, titleOf } from './names.ts'
import { failuresText } from './parley-members.ts'
import { whatItIs } from './parley-unsent.ts'
import { conversationOf, messageOf, namesOf } from './parley-values.ts'
import { clockTime } from './times.ts'
import { reasonText } from './wording.ts'

/** Why a client ends when somebody else of this device goes on where it was. */
const takenOver: ReadonlySet<string> = new Set(['superseded', 'replaced'])

export interface Listening {
  readonly realtime: Realtime
  readonly client: IMClient
  readonly tell: (event: ChatEvent) => void
  /** For whom it would not work, as it was said when it was tried: it is not said again. */
  readonly foretold: Set<string>
}

/** Passes everything on to `tell`, and answers how the connection is. */
export function listenTo({ realtime, client, tell, foretold }: Listening): () => Connection {
  let nextTry = 0
  let end: Connection | undefined

  realtime.on(Event.SCHEDULE, (_attempt, delayMs) => {
    nextTry = performance.now() + delayMs
    tell({ type: 'connection' })
  })
  client
    .on(Event.STATE, () => tell({ type: 'connection' }))
    .on(Event.CLOSE, ({ code, detail }) => {
      end = takenOver.has(code) ? { is: 'elsewhere' } : { is: 'ended', reason: reasonText({ code, detail }) }
      tell({ type: 'connection' })
    })
    .on(Event.STORAGE_DEGRADED, () => tell({ type: 'storage', degraded: true }))
    .on(Event.ERROR, ({ code, message }) => reportError(new Error(`${code}: ${message}`)))
    .on(Event.STORAGE_RECOVERED, () => tell({ type: 'storage', degraded: false }))

  client
    .on(Event.CONVERSATION_UPDATED, ({ id }) => {
      tell({ type: 'moved', conversation: id })
      tell({ type: 'changed' })
    })
    .on(Event.UNREAD_MESSAGES_COUNT_UPDATE, () => tell({ type: 'changed' }))
    .on(Event.TYPING, () => tell({ type: 'changed' }))
    .on(Event.MESSAGE, (message, _conversation, { replayed }) => {
      // One that nobody keeps would be gone with the next drawing.
      if (message.seq === 0) return
      const fresh = replayed !== true && message.from !== client.id
      tell({ type: 'message', message: messageOf(message), fresh })
    })
    .on(Event.MESSAGE_UPDATE, (message, _conversation, _reason, { replayed }) => {
      tell({ type: 'message', message: messageOf(message), fresh: false })
      if (replayed !== true && message.from !== client.id)
        heard(`${who(message.from)} edited a message: ${message.getText()}`)
    })
    .on(Event.REACTION, ({ message, by, sign, on, replayed }) => {
      tell({ type: 'message', message: messageOf(message), fresh: false })
      if (replayed !== true && on && message.from === client.id && by !== client.id)
        heard(`${who(by)} reacted with ${sign} to your message: ${message.getText()}`)
    })
    .on(Event.MESSAGE_RECALL, (message) => {
      tell({ type: 'message', message: messageOf(message), fresh: false })
    })
    .on(Event.MESSAGE_STATUS, (message) => {
      tell({ type: 'message', message: messageOf(message), fresh: false })
    })
    .on(Event.INVITED, ({ invitedBy }, conversation) => {
      if (invitedBy !== client.id) notice(`${who(invitedBy)} added you to “${title(conversation)}”.`)
    })
    .on(Event.KICKED, ({ kickedBy }, conversation) => {
      notice(`${who(kickedBy)} removed you from “${title(conversation)}”.`)
    })
    .on(Event.BLOCKED, ({ blockedBy }, conversation) => {
      notice(
        `You cannot come back to “${title(conversation)}” before ${who(blockedBy)} or another manager lets you.`,
      )
    })
    .on(Event.UNBLOCKED, ({ unblockedBy }, conversation) => {
      notice(`${who(unblockedBy)} lets you come back to “${title(conversation)}”.`)
    })
    .on(Event.MUTED, ({ mutedBy, until }, conversation) => {
      const ending = until === null ? '' : ` until ${clockTime(until.getTime())}`
      notice(`${who(mutedBy)} muted you in “${title(conversation)}”${ending}.`)
    })
    .on(Event.UNMUTED, ({ unmutedBy }, conversation) => {
      notice(`${who(unmutedBy)} lets you write in “${title(conversation)}” again.`)
    })
    .on(Event.MEMBER_INFO_UPDATED, ({ member, memberInfo, updatedBy }, conversation) => {
      if (member !== client.id) return
      if (memberInfo.role === 'owner') notice(`“${title(conversation)}” is yours now.`)
      else {
        const now = memberInfo.role === 'manager' ? 'a manager' : 'a plain member'
        notice(`${who(updatedBy)} made you ${now} of “${title(conversation)}”.`)
      }
    })
    .on(Event.OWN_CHANGE_REFUSED, ({ item }) => {
      notice(`Refused: ${whatItIs(item)}. ${reasonText(item.error)}`)
      tell({ type: 'changed' })
    })
    .on(Event.PROFILE_UPDATED, () => tell({ type: 'names' }))
    .on(Event.CHANGE_REFUSED, ({ item }, { id }) => {
      const failed = item.error?.failures === undefined ? undefined : failuresText(item.error.failures)
      if (failed === undefined) notice(`Refused: ${whatItIs(item)}. ${reasonText(item.error)}`)
      else if (!foretold.delete(failed)) notice(failed)
      tell({ type: 'moved', conversation: id })
    })

  function title(conversation: Conversation): string {
    return titleOf(conversationOf(client, conversation, { mostNamed: maxShownNames + 1 }), client.id)
  }

  function who(user: string): string {
    return called(user, namesOf(client, [user]))
  }

  function heard(text: string): void {
    tell({ type: 'heard', text })
  }

  function notice(text: string): void {
    tell({ type: 'notice', text })
  }

  return () => {
    if (end !== undefined) return end
    switch (client.state) {
      case 'connected':
        return { is: 'connected' }
      case 'connecting':
        return { is: 'connecting' }
      case 'waiting':
        return { is: 'waiting', until: nextTry }
      case 'offline':
      case 'paused':
      case 'stopped':
        return { is: 'offline' }
    }
  }
}
