/** Makes scenes: with honest devices, over the first door. */
import {
  type ConversationId,
  makeConversationId,
  makeClientId,
  maxPageBytes,
  parseUserId,
  type UserId,
} from '@parley/document'
import { uniqueConversationId } from '@parley/document/commands'
import { createPen, type Pen, type Written } from '@parley/relay/testing'
import type { Any } from '@parley/wire'
import type { Ground } from './ground.ts'
import { canary, type Scene, type SceneName } from './scene.ts'
import { enter, nextNumber, type Session } from './session.ts'

export function userOf(name: string): UserId {
  const user = parseUserId(name)
  if (user === undefined) throw new Error(`${name} is no user id`)
  return user
}

export function nextConversation(): ConversationId {
  const chance = new Uint8Array(16)
  new DataView(chance.buffer).setUint32(0, 0x0a77ac4)
  new DataView(chance.buffer).setUint32(12, nextNumber())
  return makeConversationId(chance)
}

/** A client id nobody has used. */
export function nextClient(): number {
  const chance = new Uint8Array(8)
  new DataView(chance.buffer).setUint32(4, nextNumber())
  return makeClientId(chance)
}

interface Cast {
  readonly tom: Session
  readonly mary: UserId
  readonly mallory: UserId
}

export async function createScene(ground: Ground, name: SceneName): Promise<Scene> {
  const number = nextNumber()
  const [mary, mallory] = [userOf(`Mary-${number}`), userOf(`Mallory-${number}`)]
  const cast: Cast = { tom: await enter(ground, userOf(`Tom-${number}`)), mary, mallory }
  const vault = await createVault(cast)
  const conversation = await createConversation(cast, name)
  const said = await write(ground, cast, conversation, name)
  return {
    ground,
    ...cast,
    ...vault,
    conversation,
    ...said,
    all: [
      { id: conversation, pages: said.page },
      { id: vault.vault, pages: 1 },
    ],
  }
}

async function createVault({ tom, mary }: Cast): Promise<Pick<Scene, 'vault' | 'vaultEntry'>> {
  const vault = nextConversation()
  await accepted(tom, vault, { ...group([mary]), name: canary, policy: { join: 'invited' } })
  const pen = createPen({ user: tom.user, client: nextClient() })
  const vaultEntry = pen.text(canary)
  await written(tom, vault, 1, [vaultEntry])
  return { vault, vaultEntry }
}

async function createConversation({ tom, mary, mallory }: Cast, name: SceneName): Promise<ConversationId> {
  if (name === 'pair') {
    const pair = uniqueConversationId('direct', [tom.user, mallory])
    await accepted(tom, pair, { ...group([mallory]), kind: 'direct', unique: true, name: null })
    return pair
  }
  const conversation = nextConversation()
  const first = name === 'stranger' || name === 'newcomer' ? [mary] : [mary, mallory]
  const policy =
    name === 'stranger' ? { join: 'invited' } : name === 'newcomer' ? { past: 'hidden' } : undefined
  await accepted(tom, conversation, { ...group(first), ...(policy === undefined ? {} : { policy }) })
  return conversation
}

export function group(members: readonly string[]): Readonly<Record<string, Any>> {
  return { op: 'create', kind: 'group', unique: false, members, name: 'Lunch', attributes: { seat: 4 } }
}

type Said = Pick<
  Scene,
  'page' | 'device' | 'tomsPen' | 'toms' | 'recalled' | 'recall' | 'mallorys' | 'withdrawn' | 'withdrawal'
> &
  Pick<Scene, 'last' | 'updates'>

/** Tom and Mallory write and take back; then Mallory's standing changes, as far as the scene says so. */
async function write(
  ground: Ground,
  { tom, mallory }: Cast,
  conversation: ConversationId,
  name: SceneName,
): Promise<Said> {
  const tomsPen = createPen({ user: tom.user, client: nextClient() })
  const before = tomsPen.text(name === 'stranger' || name === 'newcomer' ? canary : 'at noon?')
  const recalled = tomsPen.text('never mind')
  const recall = tomsPen.recall(recalled.id)
  const all = [before, recalled, recall]
  await written(tom, conversation, 1, all)
  if (name === 'newcomer') await accepted(tom, conversation, { op: 'add', members: [mallory] })
  const page = name === 'newcomer' ? 2 : 1
  if (page === 2) all.splice(0)
  const visiting = await enter(ground, mallory)
  const device = visiting.device
  let mallorys: Written | undefined
  let withdrawn: Written | undefined
  let withdrawal: Written | undefined
  if (name !== 'stranger') {
    const pen = createPen({ user: mallory, client: nextClient(), origin: all.at(-1) ?? null })
    mallorys = pen.text('yes')
    withdrawn = pen.text('no')
    withdrawal = pen.recall(withdrawn.id)
    await written(visiting, conversation, page, [mallorys, withdrawn, withdrawal])
    all.push(mallorys, withdrawn, withdrawal)
  }
  await visiting.settle()
  visiting.line.close()
  await demote(tom, conversation, mallory, name)
  const later = createPen({ user: tom.user, client: nextClient(), origin: all.at(-1) ?? null })
  const shut = name === 'removed' || name === 'banned' || name === 'stranger'
  const after = later.text(shut ? canary : 'good')
  await written(tom, conversation, page, [after])
  all.push(after)
  const next = name === 'closed' ? await turnPage(tom, conversation, later) : undefined
  await tom.settle()
  if (next !== undefined) {
    const { pen, first } = next
    const here = { page: 2, tomsPen: pen, last: first, updates: [first.update] }
    return { device, toms: before, recalled, recall, mallorys, withdrawn, withdrawal, ...here }
  }
  return {
    page,
    device,
    tomsPen: later,
    toms: page === 1 ? before : after,
    recalled,
    recall,
    mallorys,
    withdrawn,
    withdrawal,
    last: after,
    updates: all.map(({ update }) => update),
  }
}

/** Fills the first page, and writes a message into the second. */
async function turnPage(
  tom: Session,
  conversation: ConversationId,
  pen: Pen,
): Promise<{ readonly pen: Pen; readonly first: Written }> {
  const long = 'x'.repeat(12_000)
  await written(
    tom,
    conversation,
    1,
    Array.from({ length: Math.ceil(maxPageBytes / long.length) }, () => pen.text(long)),
  )
  const fresh = createPen({ user: tom.user, client: nextClient() })
  const first = fresh.text('a new leaf')
  await written(tom, conversation, 2, [first])
  return { pen: fresh, first }
}

async function demote(
  tom: Session,
  conversation: ConversationId,
  mallory: UserId,
  name: SceneName,
): Promise<void> {
  const members = [mallory]
  if (name === 'removed') await accepted(tom, conversation, { op: 'remove', members })
  if (name === 'banned') await accepted(tom, conversation, { op: 'block', members })
  if (name === 'muted') await accepted(tom, conversation, { op: 'mute', members, forMs: null })
  if (name === 'pair') await accepted(tom, '', { op: 'block', users: members })
}

async function accepted(session: Session, conversation: string, command: Any): Promise<void> {
  const verdict = await session.command(conversation, command)
  if (verdict.class !== 'accepted') throw new Error(`the scene was not made: ${JSON.stringify(verdict)}`)
}

async function written(
  session: Session,
  conversation: string,
  page: number,
  entries: readonly Written[],
): Promise<void> {
  const answers = await session.push(
    conversation,
    page,
    entries.map(({ update }) => update),
  )
  const wrong = answers.find(({ verdict }) => verdict.class !== 'accepted')
  if (wrong !== undefined) throw new Error(`the scene was not written: ${JSON.stringify(wrong)}`)
}

/** Mallory's, behind what stands last, under a client id nobody has used. */
export function penOf({ mallory, last }: Scene, options: { readonly user?: UserId } = {}): Pen {
  return createPen({ user: options.user ?? mallory, client: nextClient(), origin: last })
}
