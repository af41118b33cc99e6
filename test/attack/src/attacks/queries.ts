/** Queries: for what is not his, and as expensive as they may be. */
import type { Any } from '@parley/wire'
import type { Attack } from '../attack.ts'
import type { Attacker } from '../attacker.ts'
import { nextConversation } from '../scenes.ts'

async function counted(attacker: Attacker, where: Any): Promise<string> {
  const { line } = await attacker.session()
  line.send({ frame: 'query', request: 1, count: true, query: { where } })
  const { answered } = await line.next('query-answer')
  if (answered.result === 'count') return `count ${answered.count}`
  return answered.result === 'later' ? 'told to wait' : answered.result
}

const is = (field: string, value: Any): Any => ({ op: 'equalTo', field, value })

export const queriesForOthers: readonly Attack[] = [
  {
    name: 'query-for-others',
    says: 'a conversation of two others asked for by its id, and by who is in it',
    breaks: ['RE393', 'RE394'],
    scene: 'member',
    expects: { parley: { answers: ['count 0', 'count 0'] } },
    run: async (attacker, { vault, tom, mallory }) => [
      await counted(attacker, is('id', vault)),
      await counted(attacker, {
        op: 'and',
        of: [is('m', tom.user), { op: 'notContainedIn', field: 'm', values: [mallory] }],
      }),
    ],
  },
  {
    name: 'query-after-removal',
    says: 'what he was removed from asked for by its id',
    breaks: ['RE393', 'RE394'],
    scene: 'removed',
    expects: { parley: { answers: ['count 0'] } },
    run: async (attacker, { conversation }) => [await counted(attacker, is('id', conversation))],
  },
]

/** Ways to go on at every place of a text, and an end that never comes. */
const slow = [String.raw`(.a|b.|..)*\d$`, '(x|a|b|ab|ba)*y', '(a|b)*a(a|b){100}c', '([ab]*a[ab]*){1,20}q$']

export const floodOfQueries: Attack = {
  name: 'flood-of-queries',
  says: 'the most expensive expressions over long texts of his own, again and again: from his rate on he is told to wait',
  breaks: ['RE396', 'RE398', 'RE399'],
  scene: 'member',
  expects: { parley: { answers: ['count 0', 'told to wait'] } },
  async run(attacker) {
    const text = Array.from({ length: 5000 }, (_, at) => 'ab'.slice((at * at) % 3 === 1 ? 1 : 0)).join('')
    for (let left = 6; left > 0; left -= 1) {
      const command = {
        op: 'create',
        kind: 'group',
        unique: false,
        members: [],
        name: null,
        attributes: { text },
      }
      await attacker.command(command, nextConversation())
    }
    const matches = slow.map((pattern) => ({ op: 'matches', field: 'attr.text', pattern, flags: '' }))
    const seen = new Set<string>()
    for (let left = 80; left > 0; left -= 1) seen.add(await counted(attacker, { op: 'or', of: matches }))
    return [...seen]
  },
}
