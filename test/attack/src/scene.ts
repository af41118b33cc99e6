/** Where an attack takes place: conversations of honest people, made for this attack alone, and what stands in them. */
import type { ConversationId, UserId } from '@parley/document'
import type { Pen, Written } from '@parley/relay/testing'
import type { Ground } from './ground.ts'
import type { Session } from './session.ts'

export const sceneNames = [
  /** Mallory is a plain member. */
  'member',
  /** He never was one, and it is entered by invitation. */
  'stranger',
  /** He was one, and has been removed; it went on without him. */
  'removed',
  /** He is kept out. */
  'banned',
  /** He is a member who may not speak. */
  'muted',
  /** He came later, and the past is hidden from him. */
  'newcomer',
  /** A plain member; the first page is full, and the second one open. */
  'closed',
  /** The two of them alone, and Tom has blocked him. */
  'pair',
] as const

export type SceneName = (typeof sceneNames)[number]

export interface Scene {
  readonly ground: Ground
  readonly conversation: ConversationId
  /** The open page. */
  readonly page: number
  /** Of Tom and Mary alone; Mallory knows its name, and nothing of it may reach him. */
  readonly vault: ConversationId
  readonly vaultEntry: Written
  readonly tom: Session
  readonly mary: UserId
  readonly mallory: UserId
  /** Mallory's own device, which wrote what is his. It has left. */
  readonly device: Session['device']
  /** Tom's, who may write on. */
  readonly tomsPen: Pen
  readonly toms: Written
  /** Taken back by Tom. */
  readonly recalled: Written
  /** The recall of it. */
  readonly recall: Written
  /** Mallory's own, as far as he may write. */
  readonly mallorys: Written | undefined
  /** Mallory's own, which he has taken back. */
  readonly withdrawn: Written | undefined
  readonly withdrawal: Written | undefined
  /** What stands last on the open page. */
  readonly last: Written
  /** All updates of the open page, in order. */
  readonly updates: readonly Uint8Array[]
  /** All conversations of Tom, with how many pages they have. */
  readonly all: readonly { readonly id: ConversationId; readonly pages: number }[]
}

/** It stands in what Mallory may not read, and must never reach him. */
export const canary = 'a-canary-that-sings-to-nobody'
