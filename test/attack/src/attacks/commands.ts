/** Commands that are none, or say what no command may. */
import type { Attack } from '../attack.ts'
import { nextEntryId } from '../session.ts'
import { command } from './command.ts'

export const commands: readonly Attack[] = [
  command('unknown-command', 'a command that does not exist', 'refused bad-content', ['DO64'], () => ({
    op: 'drop-tables',
  })),
  command(
    'prototype-command',
    'an attribute called __proto__, by its path',
    'refused bad-content',
    ['DO76'],
    () => ({ op: 'update', set: { 'a.__proto__.admin': true } }),
  ),
  command('deep-attributes', 'attributes nested deeper than may be', 'refused bad-content', ['DO65'], () => ({
    op: 'update',
    set: { [Array.from({ length: 17 }, () => 'a').join('.')]: 1 },
  })),
  command('large-attributes', 'attributes of more than 16 KiB', 'refused too-large', ['DO78'], () => ({
    op: 'update',
    set: { a: 'x'.repeat(17_000) },
  })),
  command('long-name', 'a name of a thousand letters', 'refused too-large', ['DO65'], () => ({
    op: 'update',
    name: 'x'.repeat(1000),
  })),
  command('malformed-member', 'a member whose id is a path', 'refused bad-content', ['DO64'], () => ({
    op: 'add',
    members: ['../../etc/passwd'],
  })),
  {
    name: 'known-command-id',
    says: 'another command under an id he has used: the first outcome comes again, and nothing is done',
    breaks: ['RE30'],
    scene: 'member',
    expects: { parley: { answers: ['refused not-allowed', 'refused not-allowed'], again: 'same' } },
    async run(attacker, { conversation, mary }) {
      const id = nextEntryId()
      const first = await attacker.command({ op: 'remove', members: [mary] }, conversation, id)
      return [...first, ...(await attacker.command({ op: 'update', name: 'Mine' }, conversation, id))]
    },
  },
  {
    name: 'command-without-id',
    says: 'a command whose id is none',
    breaks: ['RE31'],
    scene: 'member',
    expects: { parley: { answers: ['refused bad-content'], again: 'same' } },
    run: async (attacker, { conversation }) =>
      attacker.command({ op: 'update', name: 'Mine' }, conversation, 'x'),
  },
]
