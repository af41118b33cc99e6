/** Receipts of a conversation as a device keeps them: what it owes the others, and what they have said. */
import type { Value } from '@parley/storage'
import type { MemberReached } from './engine-types.ts'
import { corrupt, flag, number, object, userId, whole } from './fields.ts'

/** How far somebody has got, as sequences; 0 says nothing. */
export interface Reached {
  readonly delivered: number
  readonly read: number
}

/** All the others have got to `seq`, the last of them at this time; 0 where that is not known any more. */
export interface Step {
  readonly seq: number
  readonly time: number
}

export interface Receipts {
  /** What is to be told of this user, and what the relay has confirmed. */
  readonly owed: Reached
  readonly told: Reached
  /** Present members but this user. */
  readonly others: readonly MemberReached[]
  /** Ascending; they stay when somebody comes who has not got so far. */
  readonly delivered: readonly Step[]
  readonly read: readonly Step[]
  /** The relay's time of the newest own message that is delivered, or read; 0 for none. */
  readonly lastDeliveredAt: number
  readonly lastReadAt: number
  /** What is held was delivered under another log: it is owed again once it has been compared. */
  readonly anew: boolean
}

const nowhere: Reached = { delivered: 0, read: 0 }

export const noReceipts: Receipts = {
  owed: nowhere,
  told: nowhere,
  others: [],
  delivered: [],
  read: [],
  lastDeliveredAt: 0,
  lastReadAt: 0,
  anew: false,
}

export function readReceipts(value: Value | undefined): Receipts | null {
  if (value === null) return null
  const fields = object(value)
  return {
    owed: readReached(fields['owed']),
    told: readReached(fields['told']),
    others: list(fields['others'], 'others').map((one) => {
      const member = object(one)
      return { user: userId(member, 'user'), time: number(member, 'time'), ...readReached(one) }
    }),
    delivered: list(fields['delivered'], 'delivered').map(readStep),
    read: list(fields['read'], 'read').map(readStep),
    lastDeliveredAt: number(fields, 'lastDeliveredAt'),
    lastReadAt: number(fields, 'lastReadAt'),
    anew: flag(fields, 'anew'),
  }
}

function readReached(value: Value | undefined): Reached {
  const fields = object(value)
  return { delivered: whole(fields, 'delivered'), read: whole(fields, 'read') }
}

function readStep(value: Value): Step {
  const fields = object(value)
  return { seq: whole(fields, 'seq'), time: number(fields, 'time') }
}

function list(value: Value | undefined, name: string): readonly Value[] {
  if (!Array.isArray(value)) throw corrupt(name)
  return value.map((one: Value) => one)
}
