/** What he has no right to: in a conversation he is in, was in, or never was in. */
import { parseOutcome, uniqueConversationId } from '@parley/document/commands'
import { fetchedText, verdictText } from '../answers.ts'
import { type Attack, refusedEverywhere } from '../attack.ts'
import { group, nextConversation, penOf, userOf } from '../scenes.ts'
import { enter, nextNumber } from '../session.ts'
import { command } from './command.ts'

const escalation: readonly Attack[] = [
  command(
    'make-himself-manager',
    'a role he gives himself',
    'refused not-allowed',
    ['DO84', 'DO85'],
    ({ mallory }) => ({ op: 'role', members: [mallory], role: 'manager' }),
  ),
  command(
    'make-himself-owner',
    'the role of the owner, which is none to be given',
    'refused bad-content',
    ['DO64', 'DO80'],
    ({ mallory }) => ({ op: 'role', members: [mallory], role: 'owner' }),
  ),
  command(
    'demote-the-owner',
    'the role of a plain member, for the owner',
    'refused not-allowed',
    ['DO84'],
    ({ tom }) => ({ op: 'role', members: [tom.user], role: 'member' }),
  ),
  command('remove-the-owner', 'the owner removed', 'refused not-allowed', ['DO54'], ({ tom }) => ({
    op: 'remove',
    members: [tom.user],
  })),
  command('remove-a-member', 'another member removed', 'refused not-allowed', ['DO54'], ({ mary }) => ({
    op: 'remove',
    members: [mary],
  })),
  command('block-a-member', 'another member kept out', 'refused not-allowed', ['DO84'], ({ mary }) => ({
    op: 'block',
    members: [mary],
  })),
  command('mute-a-member', 'another member muted', 'refused not-allowed', ['DO84'], ({ mary }) => ({
    op: 'mute',
    members: [mary],
    forMs: null,
  })),
  command(
    'unmute-himself',
    'the end of his own mute',
    'refused not-allowed',
    ['DO92'],
    ({ mallory }) => ({ op: 'unmute', members: [mallory] }),
    { scene: 'muted' },
  ),
  command(
    'set-the-policy',
    'a policy in which everybody may do everything',
    'refused not-allowed',
    ['DO87'],
    () => ({ op: 'update', policy: { remove: 'members', roles: 'members' } }),
  ),
  command(
    'create-again',
    'the conversation created again, as his own',
    'refused already-exists',
    ['DO52'],
    ({ mary }) => group([mary]),
  ),
  command(
    'create-for-others',
    'the conversation of two others, created in their name',
    'refused wrong-id',
    ['DO48'],
    ({ mary }) => ({ ...group([mary]), kind: 'direct', unique: true, name: null }),
    { where: ({ tom, mary }) => uniqueConversationId('direct', [tom.user, mary]) },
  ),
  command(
    'create-by-another',
    'a creation that says Tom makes it',
    'refused bad-content',
    ['DO63', 'DO64'],
    ({ tom, mary }) => ({ ...group([mary]), by: tom.user }),
    { where: () => nextConversation() },
  ),
  command(
    'create-under-any-id',
    'a creation under an id that is not of its kind',
    'refused wrong-id',
    ['DO48'],
    ({ mary }) => group([mary]),
    { where: () => 'lunch' },
  ),
]

/** Each in its place: a stranger, one who was removed, one who is kept out. */
const entering: readonly Attack[] = [
  command(
    'join-uninvited',
    'joining what is entered by invitation',
    'refused not-found',
    ['DO96'],
    () => ({ op: 'join' }),
    { scene: 'stranger' },
  ),
  command(
    'add-himself',
    'adding himself to what he is not in',
    'refused not-found',
    ['DO58'],
    ({ mallory }) => ({ op: 'add', members: [mallory] }),
    { scene: 'stranger' },
  ),
  command(
    'rename-a-strangers',
    'a name for what he is not in',
    'refused not-found',
    ['DO58'],
    () => ({ op: 'update', name: 'mine' }),
    { scene: 'stranger' },
  ),
  command(
    'join-after-removal',
    'joining what he was removed from',
    'refused removed',
    ['DO55'],
    () => ({ op: 'join' }),
    { scene: 'removed' },
  ),
  command(
    'add-himself-after-removal',
    'adding himself to what he was removed from',
    'refused not-a-member',
    ['DO58'],
    ({ mallory }) => ({ op: 'add', members: [mallory] }),
    { scene: 'removed' },
  ),
  command(
    'join-while-blocked',
    'joining what he is kept out of',
    'refused blocked',
    ['DO95'],
    () => ({ op: 'join' }),
    { scene: 'banned' },
  ),
  command(
    'create-while-blocked',
    'creating again what he is kept out of',
    'refused already-exists',
    ['DO52', 'DO95'],
    ({ tom }) => group([tom.user]),
    { scene: 'banned' },
  ),
  command(
    'unblock-himself',
    'the end of his being kept out',
    'refused not-a-member',
    ['DO94'],
    ({ mallory }) => ({ op: 'unblock', members: [mallory] }),
    { scene: 'banned' },
  ),
  {
    name: 'bring-back-who-is-blocked',
    says: 'somebody else added who is kept out: a friend opens no door either',
    breaks: ['DO95', 'RE132'],
    scene: 'member',
    expects: { parley: { answers: ['nobody, for she is blocked', 'failed not-a-member'], again: 'same' } },
    async run(attacker, { ground, mallory }) {
      const rita = await enter(ground, userOf(`Rita-${nextNumber()}`))
      const eve = await enter(ground, userOf(`Eve-${nextNumber()}`))
      const conversation = nextConversation()
      await rita.command(conversation, group([mallory, eve.user]))
      await rita.command(conversation, { op: 'block', members: [eve.user] })
      const mallorys = await attacker.session()
      const verdict = await mallorys.command(conversation, { op: 'add', members: [eve.user] })
      const parsed = parseOutcome(verdict.class === 'accepted' ? verdict.outcome : undefined)
      const kept =
        parsed.ok &&
        parsed.outcome.successfulClientIds.length === 0 &&
        parsed.outcome.failures[0]?.code === 'blocked'
      const read = await eve.fetch(conversation, 0)
      for (const { line } of [rita, eve]) line.close()
      return [kept ? 'nobody, for she is blocked' : verdictText(verdict), ...read.map(fetchedText)]
    },
  },
  command(
    'quit-a-pair',
    'leaving a conversation of two',
    'refused members-fixed',
    ['DO57'],
    () => ({ op: 'quit' }),
    { scene: 'pair' },
  ),
  command(
    'add-to-a-pair',
    'a third one in a conversation of two',
    'refused members-fixed',
    ['DO57'],
    ({ mary }) => ({ op: 'add', members: [mary] }),
    { scene: 'pair' },
  ),
]

const writing: readonly Attack[] = (
  [
    [
      'stranger',
      'write-as-a-stranger',
      'a message where he is no member',
      'not-found',
      'http 404',
      ['RE18', 'RE104'],
    ],
    [
      'removed',
      'write-after-removal',
      'a message where he was removed',
      'not-a-member',
      'http 404',
      ['RE18', 'RE104'],
    ],
    [
      'banned',
      'write-while-blocked',
      'a message where he is kept out',
      'not-a-member',
      'http 404',
      ['RE18', 'RE104'],
    ],
    [
      'muted',
      'write-while-muted',
      'a message where he may not speak',
      'muted',
      'closed 4540 muted',
      ['RE20', 'DO97'],
    ],
    [
      'pair',
      'write-to-who-blocks',
      'a message to somebody who blocks him',
      'blocked',
      'closed 4540 blocked',
      ['RE148', 'DO130'],
    ],
  ] as const
).map(([scene, name, says, code, stock, breaks]): Attack => ({
  name,
  says,
  breaks,
  scene,
  expects: {
    parley: { answers: [`refused ${code}`], again: 'same' },
    stock: { answers: [stock], ...(stock.startsWith('closed') ? { again: 'read-only' } : {}) },
  },
  run: async (attacker, stage) => attacker.write([penOf(stage).text('let me in').update]),
}))

const elsewhere: Attack = {
  name: 'write-elsewhere-after-removal',
  says: 'a message for another page, where he was removed: he is not told which one is open',
  breaks: ['RE18', 'RE25'],
  scene: 'removed',
  expects: { parley: { answers: ['refused not-a-member'], again: 'same' } },
  run: async (attacker, stage) => attacker.write([penOf(stage).text('let me in').update], { page: 7 }),
}

const operating: readonly Attack[] = (
  [
    ['muted', 'muted', ['DO97']],
    ['pair', 'blocked', ['DO130']],
  ] as const
).flatMap(([scene, code, breaks]) => [
  {
    name: `react-while-${code}`,
    says: `a reaction while he is ${code}`,
    breaks,
    scene,
    expects: refusedEverywhere(code),
    run: async (attacker, stage) => attacker.write([penOf(stage).react(stage.toms.id, 'x').update]),
  } satisfies Attack,
  {
    name: `edit-while-${code}`,
    says: `an edit of his own while he is ${code}`,
    breaks,
    scene,
    expects: refusedEverywhere(code),
    run: async (attacker, stage) =>
      attacker.write([penOf(stage).edit(stage.mallorys?.id ?? stage.toms.id, 'x').update]),
  } satisfies Attack,
])

export const rights: readonly Attack[] = [...escalation, ...entering, ...writing, elsewhere, ...operating]
