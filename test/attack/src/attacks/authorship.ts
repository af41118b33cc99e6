/** In somebody else's name, or under what is his. */
import { firstRelayClientId } from '@parley/document'
import { createPen, type Pen } from '@parley/relay/testing'
import { encodeDeviceFrame } from '@parley/wire'
import { verdictText } from '../answers.ts'
import { type Attack, refusedEverywhere, rewrittenEverywhere } from '../attack.ts'
import type { Scene } from '../scene.ts'
import { nextClient, penOf } from '../scenes.ts'
import { enter } from '../session.ts'

export const authorship: readonly Attack[] = [
  {
    name: 'forged-author',
    says: 'a message that says it is of Tom',
    breaks: ['RE19', 'DO60', 'RE26'],
    scene: 'member',
    expects: refusedEverywhere('author-mismatch'),
    run: async (attacker, scene) =>
      attacker.write([penOf(scene, { user: scene.tom.user }).text('I owe you').update]),
  },
  {
    name: 'forged-recall',
    says: 'a recall that says it is of Tom, of what Tom wrote',
    breaks: ['RE19', 'DO60'],
    scene: 'member',
    expects: refusedEverywhere('author-mismatch'),
    run: async (attacker, scene) =>
      attacker.write([penOf(scene, { user: scene.tom.user }).recall(scene.toms.id).update]),
  },
  {
    name: 'squatted-client',
    says: 'the next clock of the Yjs client id that Tom writes under',
    breaks: ['RE12', 'RE215'],
    scene: 'member',
    expects: rewrittenEverywhere('client-id-taken'),
    run: async (attacker, scene) =>
      attacker.write([squat(scene, scene.tomsPen.clock).text('mine now').update]),
  },
  {
    name: 'colliding-client',
    says: "other bytes at a clock of Tom's",
    breaks: ['RE12', 'RE213'],
    scene: 'member',
    expects: {
      parley: { answers: ['rewrite client-id-taken'], again: 'same' },
      // Known clocks are dropped unread there, whoever's they are.
      stock: { answers: ['quiet'] },
    },
    run: async (attacker, scene) => attacker.write([squat(scene, 0).text('I never said that').update]),
  },
  {
    name: 'far-squatting',
    says: 'a clock of Tom that lies far ahead',
    breaks: ['RE12', 'RE14'],
    scene: 'member',
    expects: {
      parley: { answers: ['rewrite client-id-taken'], again: 'same' },
      stock: { answers: ['closed 4540 not-an-append'], again: 'read-only' },
    },
    run: async (attacker, scene) => attacker.write([squat(scene, 1_000_000).text('later').update]),
  },
  {
    name: 'relay-client',
    says: "a Yjs client id of the relay's own range",
    breaks: ['RE11', 'DO5'],
    scene: 'member',
    expects: refusedEverywhere('not-an-append'),
    run: async (attacker, { mallory, last }) =>
      attacker.write([
        createPen({ user: mallory, client: firstRelayClientId + 7, origin: last }).text('I am the relay')
          .update,
      ]),
  },
  {
    name: 'own-client-other-device',
    says: 'the Yjs client id of his own other device',
    breaks: ['RE12'],
    scene: 'member',
    expects: rewrittenEverywhere('client-id-taken'),
    run: async (attacker, { mallory, mallorys, last }) =>
      attacker.write([
        createPen({ user: mallory, client: mallorys?.client ?? 0, clock: 3, origin: last }).text('and me')
          .update,
      ]),
  },
  {
    name: 'taken-id',
    says: "a message under the id of one of Tom's",
    breaks: ['RE15', 'RE220'],
    scene: 'member',
    expects: refusedEverywhere('message-id-taken'),
    run: async (attacker, scene) => attacker.write([penOf(scene).text('in its place', scene.toms.id).update]),
  },
  {
    name: 'own-id-other-bytes',
    says: 'another message under the id of one of his own',
    breaks: ['RE15', 'RE220'],
    scene: 'member',
    expects: {
      parley: { answers: ['duplicate'], again: 'same' },
      stock: { answers: ['closed 4540 message-id-taken'], again: 'read-only' },
    },
    run: async (attacker, scene) =>
      attacker.write([penOf(scene).text('in its place', scene.mallorys?.id).update]),
  },
  {
    name: 'own-clock-other-bytes',
    says: 'another message at a clock that his own device has used',
    breaks: ['RE13', 'RE213'],
    scene: 'member',
    expects: {
      parley: { answers: ['rewrite clock-reused'], again: 'same' },
      stock: { answers: ['quiet'] },
    },
    async run(attacker, { ground, conversation, page, mallory, device, mallorys, toms }) {
      const pen = createPen({ user: mallory, client: mallorys?.client ?? 0, origin: toms })
      const { update } = pen.text('I said this')
      if (attacker.door === 'stock') return attacker.write([update])
      const again = await enter(ground, mallory, device)
      const answers = await again.push(conversation, page, [update])
      again.line.close()
      return answers.map(({ verdict }) => verdictText(verdict))
    },
  },
  {
    name: 'erased-clock-other-bytes',
    says: 'other bytes at the clock of what he has taken back: it stays taken back',
    breaks: ['RE13', 'RE24', 'RE213'],
    scene: 'member',
    expects: { parley: { answers: ['duplicate'], again: 'same' }, stock: { answers: ['quiet'] } },
    async run(attacker, { ground, conversation, page, mallory, device, withdrawn, mallorys }) {
      const client = withdrawn?.client ?? 0
      const pen = createPen({ user: mallory, client, clock: 1, origin: mallorys ?? null })
      const { update } = pen.text('it is back')
      if (attacker.door === 'stock') return attacker.write([update])
      const again = await enter(ground, mallory, device)
      const answers = await again.push(conversation, page, [update])
      again.line.close()
      return answers.map(({ verdict }) => verdictText(verdict))
    },
  },
  {
    name: 'forged-relay-row',
    says: 'an entry for the head',
    breaks: ['WI21', 'RE214'],
    scene: 'member',
    expects: {
      parley: { answers: ['failure malformed'] },
      stock: { answers: ['closed 4540 not-an-append'], again: 'read-only' },
    },
    async run(attacker, { conversation, mallory }) {
      const { update } = createPen({ user: mallory, client: nextClient() }).text('I am the head')
      if (attacker.door === 'stock') return attacker.write([update], { page: 0 })
      const { line } = await attacker.session()
      const frame = encodeDeviceFrame({ frame: 'push', conversation, page: 1, updates: [update] })
      // The kind, the length of the name, the name; then the page.
      frame[2 + conversation.length] = 0
      line.sendBytes(frame)
      return [await line.end()]
    },
  },
]

/** Under the client id that Tom writes under now. */
function squat({ tomsPen, mallory, last }: Scene, clock: number): Pen {
  return createPen({ user: mallory, client: last.client, clock, origin: clock < tomsPen.clock ? null : last })
}
