/** Going on to hear of what is not his any more, in sessions that were open before. */
import { createPen } from '@parley/relay/testing'
import type { Attack } from '../attack.ts'
import { canary } from '../scene.ts'
import { group, nextClient, nextConversation, userOf } from '../scenes.ts'
import { enter, nextNumber } from '../session.ts'

/** In a conversation of Rita's, who is nobody else's business: what happens to him in it changes nothing of Tom's. */
export const following: readonly Attack[] = [
  {
    name: 'follow-after-removal',
    says: 'a session that was open when he was removed: it hears of that, and nothing after it',
    breaks: ['RE42', 'RE53', 'RE117', 'RE264'],
    scene: 'member',
    expects: {
      parley: { answers: ['rows, and his removal as the last'] },
      stock: { answers: ['closed 4440 membership-ended'] },
    },
    async run(attacker, { ground, mallory }) {
      const rita = await enter(ground, userOf(`Rita-${nextNumber()}`))
      const conversation = nextConversation()
      await rita.command(conversation, group([mallory]))
      const session = attacker.door === 'parley' ? await attacker.session() : undefined
      // Until he has caught up he would be told in list rows.
      for (let more = session !== undefined; more;) more = (await session?.line.next('sync'))?.more === true
      const reader = attacker.door === 'stock' ? await attacker.stock(`c/${conversation}/1`) : undefined
      const pen = createPen({ user: rita.user, client: nextClient() })
      await rita.push(conversation, 1, [pen.text('welcome').update])
      await rita.command(conversation, { op: 'remove', members: [mallory] })
      await rita.push(conversation, 1, [pen.text(canary).update])
      rita.line.close()
      if (typeof reader === 'string') return [reader]
      await reader?.when('the end', () => false)
      await session?.settle()
      if (session === undefined) return [reader?.ended() ?? 'open']
      const rows = session.line.frames.flatMap((frame) =>
        frame.frame === 'rows' && frame.conversation === conversation ? frame.rows : [],
      )
      return [
        rows.at(-1)?.kind === 'head' && rows.length > 1
          ? 'rows, and his removal as the last'
          : 'something else',
      ]
    },
  },
]
