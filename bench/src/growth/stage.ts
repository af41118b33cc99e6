/**
 * A relay on a copy of a fixture, with the devices of some of its conversations in session: talks are held on it, and at its
 * end what was accepted is looked for with every device and in the log. Rules BE2 and BE5.
 */
import type { ConversationId, UserId } from '@parley/document'
import { openSqliteRelayStore } from '@parley/relay/node'
import { eachOf } from '../load/raw-device.ts'
import { type RelayProcess, startRelay } from '../relay-process.ts'
import { checkDelivery } from './delivered.ts'
import { copyOf, type Fixture } from './fixture.ts'
import { type Member, openMember } from './member.ts'
import type { Kept } from './recipes.ts'
import { createStrand, type Strand } from './strand.ts'
import { createSwitchboard, type Room, talk, type Talked } from './talk.ts'

export interface Stage {
  readonly relay: RelayProcess
  /** Their first members take turns, one message each, so many unanswered over all. */
  talk(conversations: readonly Kept[], messages: number, window: number): Promise<Talked>
  /** How many rows were looked at. The relay has ended then. */
  check(): Promise<number>
  dispose(): Promise<void>
}

export interface StageOptions {
  readonly fixture: Fixture
  /** Whose members are in session. */
  readonly conversations: readonly Kept[]
  readonly devicesPerUser: number
  readonly nodeArguments?: readonly string[]
}

const openAtOnce = 16

export async function openStage(options: StageOptions): Promise<Stage> {
  const { fixture, conversations, devicesPerUser, nodeArguments = [] } = options
  const relay = await startRelay({ folder: copyOf(fixture), nodeArguments })
  try {
    return await fill(relay, fixture, conversations, devicesPerUser)
  } catch (error) {
    await relay.dispose()
    throw error
  }
}

async function fill(
  relay: RelayProcess,
  { epoch, position }: Fixture,
  conversations: readonly Kept[],
  devicesPerUser: number,
): Promise<Stage> {
  const board = createSwitchboard()
  const devices = new Map<UserId, Member[]>()
  const places = [...new Set(conversations.flatMap(({ members }) => members))].flatMap((user) =>
    Array.from({ length: devicesPerUser }, () => user),
  )
  await eachOf(places, openAtOnce, async (user) => {
    const onAnswer = board.of(() => member)
    const member: Member = await openMember({ port: relay.port, user, epoch, cursor: position, onAnswer })
    devices.set(user, [...(devices.get(user) ?? []), member])
  })
  const devicesOf = (users: readonly UserId[]): readonly Member[] =>
    users.flatMap((user) => devices.get(user) ?? [])

  const rooms = new Map<ConversationId, Room>()
  const strands = new Map<ConversationId, Strand>()
  const spoken = new Map<ConversationId, Kept>()
  const strandOf = (kept: Kept): Strand => {
    const { conversation, members, tail, seq } = kept
    const held = strands.get(conversation)
    if (held !== undefined) return held
    const [author] = devicesOf(members.slice(0, 1))
    if (author === undefined) throw new Error(`nobody writes in ${conversation}`)
    const strand = createStrand(author, conversation, tail)
    board.add(strand)
    strands.set(conversation, strand)
    rooms.set(conversation, { conversation, members: devicesOf(members), seq })
    spoken.set(conversation, kept)
    return strand
  }

  return {
    relay,
    talk: async (talking, messages, window) =>
      talk(relay.pid, board, { strands: talking.map(strandOf), rooms, messages, window }),
    async check() {
      const checked = checkDelivery(board.strands, rooms)
      await Promise.all([...devices.values()].flat().map(async (member) => member.close()))
      await relay.stop()
      await checkLog(relay.data, board.strands, spoken)
      return checked
    },
    dispose: async () => relay.dispose(),
  }
}

async function checkLog(
  directory: string,
  strands: readonly Strand[],
  spoken: ReadonlyMap<ConversationId, Kept>,
): Promise<void> {
  const store = await openSqliteRelayStore({ directory })
  try {
    for (const { conversation, accepted } of strands) {
      const expected = (spoken.get(conversation)?.total ?? 0) + accepted.size
      const record = await store.conversation(conversation)
      if (record?.total !== expected) {
        throw new Error(`the log has ${record?.total ?? 0} messages of ${conversation}, not ${expected}`)
      }
    }
  } finally {
    await store.close()
  }
}
