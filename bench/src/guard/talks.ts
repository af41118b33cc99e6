/** Conversations made anew, every member in session by a socket of its own, and messages through them. Rule BE2. */
import type { ConversationId, UserId } from '@parley/document'
import { checkDelivery } from '../growth/delivered.ts'
import { creationFrame } from '../growth/engine.ts'
import { type Member, openMember } from '../growth/member.ts'
import { createStrand } from '../growth/strand.ts'
import { createSwitchboard, forget, type Room, type Switchboard, talk } from '../growth/talk.ts'
import { eachOf } from '../load/raw-device.ts'
import { someConversation, userOf } from '../people.ts'
import type { RelayProcess } from '../relay-process.ts'
import type { Driven } from './driven.ts'

export interface TalkShape {
  readonly conversations: number
  readonly members: number
  /** Of the members, those who write. */
  readonly authors: number
  /** Unanswered at most, over all. */
  readonly window: number
  /** Of one stretch. */
  readonly messages: number
}

const openAtOnce = 16

export async function openTalks(relay: RelayProcess, shape: TalkShape): Promise<Driven> {
  const board = createSwitchboard()
  const rooms = new Map<ConversationId, Room>()
  const numbers = Array.from({ length: shape.conversations }, (_, number) => number)
  await eachOf(numbers, openAtOnce, async (number) => {
    const room = await openRoom(relay, board, `talk-${number}`, shape.members)
    rooms.set(room.conversation, room)
  })
  // One author of every conversation, then the next of every one.
  for (let place = 0; place < shape.authors; place += 1) {
    for (const { conversation, members } of rooms.values()) {
      const author = members[place]
      if (author === undefined) throw new Error('an author is a member')
      board.add(createStrand(author, conversation, { page: 1, origin: null }))
    }
  }
  const { messages, window } = shape
  return {
    async stretch() {
      const talked = await talk(relay.pid, board, { strands: board.strands, rooms, messages, window })
      const checked = checkDelivery(board.strands, rooms)
      forget(board.strands, rooms)
      return { cpuMicroseconds: talked.cpuMicroseconds, units: messages, checked }
    },
    async close() {
      for (const { members } of rooms.values()) {
        await Promise.all(members.map(async (member) => member.close()))
      }
    },
  }
}

async function openRoom(
  relay: RelayProcess,
  board: Switchboard,
  name: string,
  members: number,
): Promise<Room> {
  const users = Array.from({ length: members }, (_, place) => userOf(`${name}-${place}`))
  const [creator, ...others] = users
  if (creator === undefined) throw new Error('a room has a member')
  const first = await enter(relay, board, creator)
  const conversation = someConversation()
  await first.command(creationFrame(conversation, name, others))
  const rest: Member[] = []
  for (const user of others) rest.push(await enter(relay, board, user))
  return { conversation, members: [first, ...rest], seq: 1 }
}

async function enter({ port }: RelayProcess, board: Switchboard, user: UserId): Promise<Member> {
  const onAnswer = board.of(() => member)
  const member: Member = await openMember({ port, user, onAnswer })
  return member
}
