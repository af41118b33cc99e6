/**
 * The names of a conversation's documents: `c/<id>` its head, `c/<id>/<n>` its page n, from 1. Rule DO6.
 */
import { type ConversationId, parseConversationId } from './ids.ts'

export interface DocumentName {
  readonly conversation: ConversationId
  /** 0 for the head. */
  readonly page: number
}

export function headName(conversation: ConversationId): string {
  return `c/${conversation}`
}

export function pageName(conversation: ConversationId, page: number): string {
  return `c/${conversation}/${page}`
}

export function parseDocumentName(text: string): DocumentName | undefined {
  const [kind, id, number, ...rest] = text.split('/', 4)
  const conversation = parseConversationId(id)
  if (kind !== 'c' || conversation === undefined || rest.length > 0) return undefined
  if (number === undefined) return { conversation, page: 0 }
  const page = Number(number)
  return /^[1-9]\d{0,15}$/.test(number) && Number.isSafeInteger(page) ? { conversation, page } : undefined
}
