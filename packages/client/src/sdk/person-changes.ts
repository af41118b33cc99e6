/** What a user changes of his own: his profile, whom he blocks, what he refuses. Rules CL283 and CL284. */
import { type ConversationId, parseConversationId } from '@parley/document'
import type { Engine } from '../engine-types.ts'
import { ParleyError } from '../errors.ts'
import { userIds } from './given-ids.ts'
import type { Changed } from './host.ts'
import { badArgument, isJsonObject, jsonObjectOf, quoted } from './json.ts'
import type { MembersResult } from './members-changed.ts'
import type { GivenProfile } from './profiles.ts'

export async function updateProfile(engine: Engine, profile: GivenProfile): Promise<Changed> {
  const { name, icon, fields } = givenProfile(profile)
  for (const line of [name, icon])
    if (line !== undefined && line !== null && typeof line !== 'string')
      throw badArgument('The name and the icon of a profile are texts, or null for none.')
  const set = {
    ...(name === undefined ? undefined : { name }),
    ...(icon === undefined ? undefined : { icon }),
    ...(fields === undefined ? undefined : { fields: jsonObjectOf(fields, 'The fields of a profile') }),
  }
  const { confirmed } = await engine.person({ op: 'profile', set })
  return { confirmed }
}

function givenProfile(profile: GivenProfile): GivenProfile {
  if (isJsonObject(profile)) return profile
  throw badArgument('A profile is changed by an object of what is to be otherwise: name, icon, fields.')
}

export async function changeUsers(
  engine: Engine,
  op: 'block' | 'unblock',
  users: readonly string[],
): Promise<MembersResult> {
  const { predicted, confirmed } = await engine.person({ op, users: userIds(users) })
  return { ...predicted, confirmed }
}

export async function changeConversations(
  engine: Engine,
  op: 'refuse' | 'admit',
  ids: readonly string[],
): Promise<Changed> {
  const { confirmed } = await engine.person({ op, conversations: conversationIds(ids) })
  return { confirmed }
}

function conversationIds(texts: readonly string[]): readonly ConversationId[] {
  if (!Array.isArray(texts) || texts.length === 0)
    throw badArgument('Name at least one conversation, in a list.')
  const ids = texts.map((text: string) => {
    const id = parseConversationId(text)
    if (id === undefined) throw new ParleyError('bad-id', `${quoted(text)} is not a conversation id.`)
    return id
  })
  return [...new Set(ids)]
}
