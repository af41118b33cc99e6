/** Edits, recalls and reactions of what is not one's own, is not there, or is gone; and resending in every wrong order. */
import { createPen } from '@parley/relay/testing'
import { verdictText } from '../answers.ts'
import { type Attack, refusedEverywhere, rewrittenEverywhere } from '../attack.ts'
import type { Scene } from '../scene.ts'
import { nextClient, penOf } from '../scenes.ts'
import { enter, nextEntryId } from '../session.ts'

function operation(
  name: string,
  says: string,
  code: string,
  breaks: readonly string[],
  make: (scene: Scene) => Uint8Array,
): Attack {
  return {
    name,
    says,
    breaks,
    scene: 'member',
    expects: refusedEverywhere(code),
    run: async (attacker, scene) => attacker.write([make(scene)]),
  }
}

const others: readonly Attack[] = [
  operation(
    'recall-toms',
    'a recall of what Tom wrote',
    'not-allowed',
    ['RE20', 'DO61'],
    (scene) => penOf(scene).recall(scene.toms.id).update,
  ),
  operation(
    'edit-toms',
    'an edit of what Tom wrote',
    'not-allowed',
    ['RE20', 'DO99'],
    (scene) => penOf(scene).edit(scene.toms.id, 'at one!').update,
  ),
  operation(
    'recall-of-nothing',
    'a recall of what nobody wrote',
    'target-unknown',
    ['RE17', 'DO61'],
    (scene) => penOf(scene).recall(nextEntryId()).update,
  ),
  operation(
    'edit-of-nothing',
    'an edit of what nobody wrote',
    'target-unknown',
    ['RE17', 'DO99'],
    (scene) => penOf(scene).edit(nextEntryId(), 'x').update,
  ),
  operation(
    'reaction-to-nothing',
    'a reaction to what nobody wrote',
    'target-unknown',
    ['RE17', 'DO99'],
    (scene) => penOf(scene).react(nextEntryId(), 'x').update,
  ),
  operation(
    'recall-elsewhere',
    'a recall of a message of another conversation',
    'target-unknown',
    ['RE17'],
    (scene) => penOf(scene).recall(scene.vaultEntry.id).update,
  ),
  operation(
    'edit-elsewhere',
    'an edit of a message of another conversation',
    'target-unknown',
    ['RE17'],
    (scene) => penOf(scene).edit(scene.vaultEntry.id, 'x').update,
  ),
  operation(
    'recall-a-recall',
    'a recall of a recall: what was taken back stays so',
    'target-unknown',
    ['RE17'],
    (scene) => penOf(scene).recall(scene.withdrawal?.id ?? scene.recall.id).update,
  ),
  operation(
    'edit-a-recall',
    'an edit of a recall',
    'target-unknown',
    ['RE17'],
    (scene) => penOf(scene).edit(scene.withdrawal?.id ?? scene.recall.id, 'x').update,
  ),
  operation(
    'edit-recalled',
    'an edit of what he has taken back',
    'target-recalled',
    ['DO99'],
    (scene) => penOf(scene).edit(scene.withdrawn?.id ?? scene.toms.id, 'it is back').update,
  ),
  operation(
    'react-to-recalled',
    'a reaction to what was taken back',
    'target-recalled',
    ['DO99'],
    (scene) => penOf(scene).react(scene.recalled.id, 'x').update,
  ),
  operation(
    'recall-recalled-of-tom',
    'a second recall, of what Tom took back',
    'not-allowed',
    ['DO61', 'RE24'],
    (scene) => penOf(scene).recall(scene.recalled.id).update,
  ),
]

/** Of his own device, or of his stock tool: what it has sent before, again. */
function again(
  name: string,
  says: string,
  pick: (scene: Scene) => readonly (Uint8Array | undefined)[],
  answers: readonly string[],
): Attack {
  return {
    name,
    says,
    breaks: ['RE13', 'RE27', 'RE213'],
    scene: 'member',
    expects: { parley: { answers, again: 'same' }, stock: { answers: ['quiet'] } },
    async run(attacker, scene) {
      const updates = pick(scene).filter((update) => update !== undefined)
      if (attacker.door === 'stock') return attacker.write(updates)
      const back = await enter(scene.ground, scene.mallory, scene.device)
      const answered = await back.push(scene.conversation, scene.page, updates)
      back.line.close()
      return answered.map(({ verdict }) => verdictText(verdict))
    },
  }
}

const resent: readonly Attack[] = [
  again('resend', 'what he has sent, once more', ({ mallorys }) => [mallorys?.update], ['duplicate']),
  again('resend-recalled', 'what he has taken back, once more', ({ withdrawn }) => [withdrawn?.update], [
    'duplicate',
  ]),
  again(
    'resend-recall-first',
    'a recall, and behind it what it took back',
    ({ withdrawn, withdrawal }) => [withdrawal?.update, withdrawn?.update],
    ['duplicate', 'duplicate'],
  ),
  again(
    'resend-backwards',
    'all he has sent, from the last to the first',
    ({ mallorys, withdrawn, withdrawal }) => [withdrawal?.update, withdrawn?.update, mallorys?.update],
    ['duplicate', 'duplicate', 'duplicate'],
  ),
  again(
    'resend-thrice',
    'the same three times in one push',
    ({ withdrawal }) => [withdrawal?.update, withdrawal?.update, withdrawal?.update],
    ['duplicate', 'duplicate', 'duplicate'],
  ),
]

/** All orders of the three of them. */
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const

const sent: readonly Attack[] = [
  again(
    'resend-every-order',
    'what he has sent and what he has taken back, in every order',
    ({ mallorys, withdrawn, withdrawal }) =>
      orders.flatMap((order) => order.map((index) => [mallorys, withdrawn, withdrawal][index]?.update)),
    orders.flatMap((order) => order.map(() => 'duplicate')),
  ),
  {
    name: 'recall-before-message',
    says: 'a recall, and behind it the message that it takes back',
    breaks: ['RE17', 'RE14', 'DO61'],
    scene: 'member',
    expects: {
      parley: { answers: ['refused target-unknown', 'rewrite gap'], again: 'same' },
      stock: { answers: ['closed 4540 target-unknown'], again: 'read-only' },
    },
    async run(attacker, scene) {
      const pen = penOf(scene)
      const id = nextEntryId()
      return attacker.write([pen.recall(id).update, pen.text('never said', id).update])
    },
  },
  {
    name: 'replayed-message',
    says: "Tom's own bytes, sent by Mallory",
    breaks: ['RE12', 'RE213'],
    scene: 'member',
    expects: {
      parley: { answers: ['rewrite client-id-taken'], again: 'same' },
      stock: { answers: ['quiet'] },
    },
    run: async (attacker, { toms }) => attacker.write([toms.update]),
  },
  {
    name: 'replayed-recall',
    says: "Tom's own recall, sent by Mallory",
    breaks: ['RE12', 'RE213'],
    scene: 'member',
    expects: {
      parley: { answers: ['rewrite client-id-taken'], again: 'same' },
      stock: { answers: ['quiet'] },
    },
    run: async (attacker, { recall }) => attacker.write([recall.update]),
  },
  {
    name: 'replayed-elsewhere',
    says: "Tom's bytes from another conversation, in this one",
    breaks: ['RE19', 'RE21', 'RE25'],
    scene: 'member',
    expects: refusedEverywhere('author-mismatch'),
    run: async (attacker, { vaultEntry }) => attacker.write([vaultEntry.update]),
  },
  {
    name: 'closed-page',
    says: 'a message for a page that is closed',
    breaks: ['RE16'],
    scene: 'newcomer',
    expects: {
      parley: { answers: ['rewrite page-closed'], again: 'same' },
      // The past is hidden from him: for him there is no such page.
      stock: { answers: ['http 404'] },
    },
    run: async (attacker, { mallory }) =>
      attacker.write([createPen({ user: mallory, client: nextClient() }).text('long ago').update], {
        page: 1,
      }),
  },
  {
    name: 'full-page',
    says: 'a message for a page that is full, where he can read it',
    breaks: ['RE16', 'RE23', 'RE215'],
    scene: 'closed',
    expects: rewrittenEverywhere('page-closed'),
    run: async (attacker, { mallory }) =>
      attacker.write([createPen({ user: mallory, client: nextClient() }).text('one more').update], {
        page: 1,
      }),
  },
  {
    name: 'operation-on-another-page',
    says: 'a reaction to a message of another page',
    breaks: ['RE17', 'RE215'],
    scene: 'closed',
    expects: rewrittenEverywhere('page-closed'),
    run: async (attacker, scene) => attacker.write([penOf(scene).react(scene.toms.id, 'x').update]),
  },
  {
    name: 'recall-on-another-page',
    says: 'a recall of his own, on another page than it stands on',
    breaks: ['RE17', 'RE24', 'RE215'],
    scene: 'closed',
    expects: rewrittenEverywhere('page-closed'),
    run: async (attacker, scene) =>
      attacker.write([penOf(scene).recall(scene.mallorys?.id ?? scene.toms.id).update]),
  },
  {
    name: 'page-of-tomorrow',
    says: 'a message for a page that does not exist yet',
    breaks: ['RE16', 'RE104'],
    scene: 'member',
    expects: {
      parley: { answers: ['rewrite page-closed'], again: 'same' },
      stock: { answers: ['http 404'] },
    },
    run: async (attacker, { mallory }) =>
      attacker.write([createPen({ user: mallory, client: nextClient() }).text('soon').update], { page: 99 }),
  },
]

export const operations: readonly Attack[] = [...others, ...resent, ...sent]
