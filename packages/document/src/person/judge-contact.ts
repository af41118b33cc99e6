/**
 * How two people become contacts, and stop being it. Rules DO120 to DO125.
 *
 * Each of the two has a row about the other. A request to somebody who blocks the one who asks, or who has as many as
 * he is shown, is written on one side only: to the one who asked it looks like one that waits for ever.
 */
import { orUndefined } from '../fields.ts'
import { refuse } from '../head/verdict.ts'
import type { UserId } from '../ids.ts'
import { maxContacts, maxIncoming } from '../limits.ts'
import { readContact } from './parse-values.ts'
import type { Contact, PersonCommand, PersonContext, PersonVerdict } from './person.ts'
import { type Written, written } from './written.ts'

type ContactCommand = Extract<PersonCommand, { readonly op: 'contact' }>

/** Both rows, where they are known. */
interface Pair {
  readonly mine: Contact | undefined
  readonly theirs: Contact | undefined
}

export function judgeContact(command: ContactCommand, context: PersonContext): PersonVerdict {
  const { user, act } = command
  const { by } = context
  if (user === by) return refuse('bad-content', 'nobody is his own contact')
  const pair: Pair = { mine: contactOf(context, by, user), theirs: contactOf(context, user, by) }
  switch (act) {
    case 'request':
      return judgeRequest(user, command.text ?? null, pair, context)
    case 'accept':
      return judgeAccept(user, pair, context)
    case 'decline':
      return pair.mine?.state === 'incoming' ? removeBoth(user, context) : notFound
    case 'remove':
      return pair.mine === undefined ? written([], [user], context) : removeBoth(user, context)
    case 'remark': {
      if (pair.mine === undefined) return notFound
      const remark = command.text === '' ? null : (command.text ?? null)
      return written([[by, 'contact', user, { ...pair.mine, remark }]], [user], context)
    }
  }
}

function judgeRequest(user: UserId, text: string | null, pair: Pair, context: PersonContext): PersonVerdict {
  const { by, time, read, count, othersKnown } = context
  const { mine, theirs } = pair
  if (read(by, 'block', user) !== undefined) return refuse('blocked', 'nobody asks whom he blocks')
  if (mine?.state === 'contact') return written([], [user], context)
  if (isWaiting(pair, context)) return becomeContacts(user, pair, context)
  if (mine?.state !== 'outgoing' && isFull(context)) return full
  const rows: Written[] = [[by, 'contact', user, asked('outgoing', mine, text, time)]]
  const hears = theirs !== undefined || (othersKnown && count(user, 'incoming') < maxIncoming)
  if (hears && read(user, 'block', by) === undefined)
    rows.push([user, 'contact', by, asked('incoming', theirs, text, time)])
  return written(rows, [user], context)
}

function judgeAccept(user: UserId, pair: Pair, context: PersonContext): PersonVerdict {
  if (pair.mine?.state === 'contact') return written([], [user], context)
  if (pair.mine?.state !== 'incoming' || !isWaiting(pair, context)) return notFound
  return becomeContacts(user, pair, context)
}

/** The other one has asked, and still does. Whoever does not know his row goes by the own one. */
function isWaiting({ mine, theirs }: Pair, { othersKnown }: PersonContext): boolean {
  return othersKnown ? theirs?.state === 'outgoing' : mine?.state === 'incoming'
}

function becomeContacts(user: UserId, { mine, theirs }: Pair, context: PersonContext): PersonVerdict {
  const { by, time } = context
  if (isFull(context)) return full
  const text = theirs?.text ?? mine?.text ?? null
  const row = (side: Contact | undefined): Contact => ({
    state: 'contact',
    text,
    remark: side?.remark ?? null,
    since: time,
  })
  return written(
    [
      [by, 'contact', user, row(mine)],
      [user, 'contact', by, row(theirs)],
    ],
    [user],
    context,
  )
}

function removeBoth(user: UserId, context: PersonContext): PersonVerdict {
  const { by } = context
  return written(
    [
      [by, 'contact', user, null],
      [user, 'contact', by, null],
    ],
    [user],
    context,
  )
}

function asked(
  state: 'outgoing' | 'incoming',
  before: Contact | undefined,
  text: string | null,
  since: number,
): Contact {
  return { state, text, remark: before?.remark ?? null, since }
}

function contactOf({ read }: PersonContext, owner: UserId, key: UserId): Contact | undefined {
  return orUndefined(read(owner, 'contact', key), readContact)
}

function isFull({ by, count }: PersonContext): boolean {
  return count(by, 'contact') >= maxContacts
}

const notFound = refuse('not-found', 'there is no such request, or no such contact')
const full = refuse('too-many', `somebody has at most ${maxContacts} contacts`)
