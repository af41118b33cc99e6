import type { Chat } from './chat.ts'
export function openChat(_user: string): Promise<Chat> {
  return Promise.reject(new Error('not yet'))
}
