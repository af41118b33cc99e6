/** Very much, or very often: refusals, questions, signals, presences; beside others who go on. */
import { createPen } from '@parley/relay/testing'
import { type DeviceFrame, encodeDeviceFrame } from '@parley/wire'
import { verdictText } from '../answers.ts'
import type { Attack } from '../attack.ts'
import { endingOf } from '../attacker.ts'
import { nextClient } from '../scenes.ts'
import { enter, nextEntryId, type Session } from '../session.ts'
import { awarenessMessage, openStock, syncMessage } from '../stock-line.ts'
import { floodOfQueries } from './queries.ts'

const count = 6_000

export const floods: readonly Attack[] = [
  {
    name: 'flood-of-refusals',
    says: 'updates that no device makes, one frame behind the other',
    breaks: ['RE26'],
    scene: 'member',
    expects: { parley: { answers: ['failure malformed'] } },
    async run(attacker, { conversation, page }) {
      const { line } = await attacker.session()
      for (let left = 200; left > 0; left -= 1)
        line.send({ frame: 'push', conversation, page, updates: [Uint8Array.of(left, 2, 3)] })
      return [await line.end()]
    },
  },
  {
    name: 'flood-of-updates',
    says: 'thousands of updates with a gap before each: from his rate on he is told to wait',
    breaks: ['RE230'],
    scene: 'member',
    expects: { parley: { answers: ['rewrite gap', 'later rate-limited'] } },
    async run(attacker, { conversation, page, mallory, last }) {
      const session = await attacker.session()
      const pen = createPen({ user: mallory, client: nextClient(), clock: 5, origin: last })
      const { update } = pen.text('too soon')
      const updates = Array.from({ length: 64 }, () => update)
      const seen = new Set<string>()
      // Each waits for its answer, so that it is the rate that is met, and not the end of a queue.
      for (let left = count / 64; left > 0; left -= 1) {
        for (const { verdict } of await session.push(conversation, page, updates))
          seen.add(verdictText(verdict))
      }
      return [...seen]
    },
  },
  {
    name: 'flood-without-waiting',
    says: 'the same, whatever he is told',
    breaks: ['RE231'],
    scene: 'member',
    expects: { parley: { answers: ['failure overloaded'] } },
    async run(attacker, { conversation, page, mallory, last }) {
      const { line } = await attacker.session()
      const pen = createPen({ user: mallory, client: nextClient(), clock: 5, origin: last })
      const updates = Array.from({ length: 64 }, () => pen.text('too soon').update)
      for (let left = 1000; left > 0; left -= 1) line.send({ frame: 'push', conversation, page, updates })
      return [await line.end()]
    },
  },
  {
    name: 'flood-of-frames',
    says: 'more frames than a session may send',
    breaks: ['RE248'],
    scene: 'member',
    expects: { parley: { answers: ['failure overloaded'] } },
    async run(attacker, { conversation }) {
      const { line } = await attacker.session()
      for (let left = 20_000; left > 0; left -= 1)
        line.send({ frame: 'signal', conversation: `x${conversation}`.slice(0, 64), content: null })
      return [await line.end()]
    },
  },
  {
    name: 'flood-of-questions',
    says: 'questions without waiting for an answer',
    breaks: ['RE47'],
    scene: 'member',
    expects: { parley: { answers: ['failure overloaded'] } },
    async run(attacker, { conversation, page }) {
      const { line } = await attacker.session()
      for (let request = 1; request <= 2_000; request += 1)
        line.send({ frame: 'fetch', request, conversation, page, after: 0 })
      return [await endingOf(line.next('pong'))]
    },
  },
  floodOfQueries,
  {
    name: 'flood-of-signals',
    says: 'a thousand signals where he may not speak: nobody hears one',
    breaks: ['RE162', 'RE161'],
    scene: 'muted',
    expects: { parley: { answers: ['quiet'] } },
    async run(attacker, { conversation }) {
      const session = await attacker.session()
      for (let left = 1000; left > 0; left -= 1)
        session.line.send({ frame: 'signal', conversation, content: { left } })
      await session.settle()
      return ['quiet']
    },
  },
  {
    name: 'flood-of-commands',
    says: 'hundreds of commands he has no right to',
    breaks: ['DO84', 'RE31'],
    scene: 'member',
    expects: { parley: { answers: ['refused not-allowed'] } },
    async run(attacker, { mallory }) {
      const seen = new Set<string>()
      await attacker.session()
      const all = Array.from({ length: 300 }, async () =>
        attacker.command({ op: 'role', members: [mallory], role: 'manager' }),
      )
      for (const answers of await Promise.all(all)) for (const answer of answers) seen.add(answer)
      return [...seen]
    },
  },
  {
    name: 'flood-of-refused-commands',
    says: 'the same more than a thousand times in one session',
    breaks: ['RE292'],
    scene: 'member',
    expects: { parley: { answers: ['failure overloaded'] } },
    async run(attacker, { conversation, mallory }) {
      const { line } = await attacker.session()
      const command = { op: 'role', members: [mallory], role: 'manager' } as const
      const send = (): void => line.send({ frame: 'command', conversation, id: nextEntryId(), command })
      // No more at once than wait for a turn.
      for (let batch = 0; batch < 3; batch += 1) {
        for (let left = 300; left > 0; left -= 1) send()
        for (let left = 300; left > 0; left -= 1) await line.next('command-answer')
      }
      for (let left = 300; left > 0; left -= 1) send()
      return [await line.end()]
    },
  },
  {
    name: 'flood-of-documents',
    says: 'the whole document asked for, again and again',
    breaks: ['RE111'],
    scene: 'member',
    expects: { stock: { answers: ['closed 4503 overloaded'] } },
    run: async (attacker) => [
      await attacker.say(Array.from({ length: 100 }, () => syncMessage(0, Uint8Array.of(0)))),
    ],
  },
  {
    name: 'presence-of-tom',
    says: 'presence in the name of somebody who is there',
    breaks: ['RE113'],
    scene: 'member',
    expects: { stock: { answers: ['what Tom said'] } },
    async run(attacker, { ground, conversation, page, tom }) {
      const network = attacker.network()
      const name = `c/${conversation}/${page}`
      const his = await openStock(network, name, await ground.token(tom.user))
      if (typeof his === 'string') return [his]
      his.send(awarenessMessage([{ client: 4711, clock: 1, state: '{"name":"Tom"}' }]))
      await attacker.say([awarenessMessage([{ client: 4711, clock: 99, state: '{"name":"Clown"}' }])])
      await attacker.say([awarenessMessage([{ client: 4711, clock: 100, state: 'null' }])])
      const reader = await openStock(network, name, await ground.token(tom.user))
      if (typeof reader === 'string') return [reader]
      const told = (): string => Buffer.concat(reader.heard).toString('utf8')
      await reader.when('a presence', () => told().includes('{"name":'))
      const isHis = told().includes('"Tom"') && !told().includes('Clown')
      his.close()
      reader.close()
      return [isHis ? 'what Tom said' : told()]
    },
  },
  {
    name: 'flood-of-presences',
    says: 'a thousand presences of one reader, of two hundred bytes each: four of them are told',
    breaks: ['RE114'],
    scene: 'member',
    expects: { stock: { answers: ['4 told'] } },
    async run(attacker, { ground, conversation, page, tom }) {
      const network = attacker.network()
      const line = await attacker.stock()
      if (typeof line === 'string') return [line]
      const state = JSON.stringify({ name: 'y'.repeat(200) })
      const entries = Array.from({ length: 1000 }, (_, client) => ({ client: client + 1, clock: 1, state }))
      line.send(awarenessMessage(entries))
      const reader = await openStock(network, `c/${conversation}/${page}`, await ground.token(tom.user))
      if (typeof reader === 'string') return [reader]
      const told = (): number => Buffer.concat(reader.heard).toString('utf8').split('yyyy"').length - 1
      await reader.when('a presence', () => told() > 0, 5_000).catch(() => undefined)
      reader.close()
      return [`${told()} told`]
    },
  },
  {
    name: 'flood-of-presence-frames',
    says: 'presences told thousands of times, each as long as a message may be',
    breaks: ['RE263', 'RE223'],
    scene: 'member',
    expects: { stock: { answers: ['closed 4503 overloaded'] } },
    run: async (attacker) => {
      const entries = Array.from({ length: 1000 }, (_, client) => ({
        client,
        clock: 1,
        state: `"${'x'.repeat(200)}"`,
      }))
      const message = awarenessMessage(entries)
      return [await attacker.say(Array.from({ length: 400 }, () => message))]
    },
  },
  {
    name: 'flood-of-echoes',
    says: 'what Tom wrote, sent back to the relay twenty thousand times',
    breaks: ['RE223', 'RE263', 'RE213'],
    scene: 'member',
    expects: { stock: { answers: ['closed 4503 overloaded'] } },
    run: async (attacker, { toms }) => [
      await attacker.say(Array.from({ length: 20_000 }, () => syncMessage(2, toms.update))),
    ],
  },
  {
    name: 'all-seats',
    says: 'a hundred readers of one user: others read as before',
    breaks: ['RE262'],
    scene: 'member',
    expects: { stock: { answers: ['64 let in', 'http 429'] } },
    async run(attacker, { ground, conversation, page, mary }) {
      const lines = await Promise.all(Array.from({ length: 100 }, async () => attacker.stock()))
      const refused = new Set(lines.filter((line) => typeof line === 'string'))
      const reader = await openStock(
        attacker.network(),
        `c/${conversation}/${page}`,
        await ground.token(mary),
      )
      if (typeof reader === 'string') return [`Mary is answered ${reader}`]
      reader.close()
      return [`${lines.filter((line) => typeof line !== 'string').length} let in`, ...refused]
    },
  },
  everywhere(
    'flood-of-values',
    'commands of thirty thousand values each, from eight devices at once',
    ['RE230', 'RE231', 'RE237'],
    50,
    (conversation) => ({
      frame: 'command',
      conversation,
      id: nextEntryId(),
      command: { op: 'update', set: { value: Array.from({ length: 30_000 }, () => 1) } },
    }),
  ),
  everywhere(
    'flood-of-looks',
    'questions who is there, for a thousand users each, from eight devices at once',
    ['RE248', 'RE167'],
    1000,
    () => ({
      frame: 'presence',
      request: 1,
      users: Array.from({ length: 1000 }, (_, index) => `somebody-with-a-long-name-${index}`.padEnd(60, 'x')),
      watch: 'on',
    }),
  ),
  everywhere(
    'flood-of-contents',
    'signals of four thousand values, where he is no member, from eight devices at once',
    ['RE162', 'RE161'],
    1000,
    (conversation) => ({
      frame: 'signal',
      conversation: `x${conversation}`.slice(0, 64),
      content: Array.from({ length: 4000 }, () => 1),
    }),
  ),
]

/** The same frame again and again, by many devices of his. What holds is that nobody else feels it, and nothing changes. */
function everywhere(
  name: string,
  says: string,
  breaks: readonly string[],
  times: number,
  make: (conversation: string) => DeviceFrame,
): Attack {
  return {
    name,
    says,
    breaks,
    scene: 'member',
    expects: { parley: { answers: ['nothing accepted'] } },
    async run(_attacker, { ground, mallory, conversation }) {
      const sessions = await Promise.all(Array.from({ length: 8 }, async () => enter(ground, mallory)))
      const bytes = encodeDeviceFrame(make(conversation))
      for (let left = times; left > 0; left -= 1) for (const { line } of sessions) line.sendBytes(bytes)
      const counts = await Promise.all(sessions.map(acceptedOf))
      const accepted = counts.reduce((sum, one) => sum + one, 0)
      for (const { line } of sessions) line.close()
      return [accepted === 0 ? 'nothing accepted' : `${accepted} accepted`]
    },
  }
}

/** How many commands were, when everything has been read or the session has ended. */
async function acceptedOf(session: Session): Promise<number> {
  await endingOf(session.settle())
  return session.line.frames.filter(
    (frame) => frame.frame === 'command-answer' && frame.verdict.class === 'accepted',
  ).length
}
