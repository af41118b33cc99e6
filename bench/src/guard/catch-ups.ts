/** Somebody who is in many conversations comes back again and again to what a part of them has had since. */
import type { ConversationId } from '@parley/document'
import { creationFrame } from '../growth/engine.ts'
import { type Member, openMember } from '../growth/member.ts'
import { createStrand } from '../growth/strand.ts'
import { createSwitchboard, type Room, talk } from '../growth/talk.ts'
import { usageOf, usedSince } from '../growth/usage.ts'
import { eachOf } from '../load/raw-device.ts'
import { someConversation, userOf } from '../people.ts'
import type { RelayProcess } from '../relay-process.ts'
import type { Driven } from './driven.ts'

export interface CatchUpShape {
  readonly conversations: number
  /** In which something was said meanwhile, and how much. */
  readonly moved: number
  readonly messages: number
  /** In one stretch. */
  readonly times: number
}

const makeAtOnce = 64

export async function openCatchUps(relay: RelayProcess, shape: CatchUpShape): Promise<Driven> {
  const { port, pid } = relay
  const away = userOf('away')
  const board = createSwitchboard()
  const author: Member = await openMember({
    port,
    user: userOf('author'),
    onAnswer: board.of(() => author),
  })
  const ids = Array.from({ length: shape.conversations }, () => someConversation())
  await eachOf(ids, makeAtOnce, async (id, place) => {
    await author.command(creationFrame(id, `news ${place}`, [away]))
  })
  const before = await openMember({ port, user: away })
  const { epoch, cursor } = before
  await before.close()

  const moved = ids.slice(0, shape.moved)
  const rooms = new Map<ConversationId, Room>()
  for (const conversation of moved) {
    rooms.set(conversation, { conversation, members: [author], seq: 1 })
    board.add(createStrand(author, conversation, { page: 1, origin: null }))
  }
  const messages = shape.moved * shape.messages
  await talk(pid, board, { strands: board.strands, rooms, messages, window: 128 })

  return {
    async stretch() {
      const used = usageOf(pid)
      let checked = 0
      for (let time = 0; time < shape.times; time += 1) {
        const back = await openMember({ port, user: away, epoch, cursor })
        checked += checkNews(back, moved, shape.messages)
        await back.close()
      }
      return { ...usedSince(used, usageOf(pid)), units: shape.times, checked }
    },
    close: async () => author.close(),
  }
}

/** Each conversation that has moved is told once, with as many messages as it has. */
function checkNews(member: Member, moved: readonly ConversationId[], messages: number): number {
  const news = member.syncs.flatMap((sync) => sync.news)
  const told = new Map(news.map(({ conversation, total }) => [conversation, total]))
  if (news.length !== moved.length)
    throw new Error(`${news.length} conversations were told, not ${moved.length}`)
  for (const conversation of moved) {
    if (told.get(conversation) !== messages) {
      throw new Error(
        `${told.get(conversation) ?? 'no'} messages of ${conversation} were told, not ${messages}`,
      )
    }
  }
  return news.length
}
