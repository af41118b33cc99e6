/** What belongs to a person: profile, contacts, whom he blocks. */
import type { Any } from '@parley/wire'
import type { Attack } from '../attack.ts'
import type { Scene, SceneName } from '../scene.ts'
import { group, nextConversation } from '../scenes.ts'

function own(
  name: string,
  says: string,
  answer: string,
  breaks: readonly string[],
  make: (scene: Scene) => Any,
  scene: SceneName = 'member',
): Attack {
  return {
    name,
    says,
    breaks,
    scene,
    expects: { parley: { answers: [answer], again: 'same' } },
    run: async (attacker, stage) => attacker.command(make(stage), ''),
  }
}

export const people: readonly Attack[] = [
  own(
    'accept-unasked',
    'a request accepted that was never made',
    'refused not-found',
    ['DO121'],
    ({ tom }) => ({ op: 'contact', user: tom.user, act: 'accept' }),
  ),
  own(
    'decline-unasked',
    'a request declined that was never made',
    'refused not-found',
    ['DO123'],
    ({ tom }) => ({ op: 'contact', user: tom.user, act: 'decline' }),
  ),
  own(
    'profile-of-another',
    "a profile that says whose it is: Tom's",
    'refused bad-content',
    ['DO113', 'DO114'],
    ({ tom }) => ({ op: 'profile', owner: tom.user, set: { name: 'Clown' } }),
  ),
  own(
    'block-for-another',
    'somebody blocked in the name of Tom',
    'refused bad-content',
    ['DO113', 'DO114'],
    ({ tom, mary }) => ({ op: 'block', by: tom.user, users: [mary] }),
  ),
  own('request-to-himself', 'a request to himself', 'refused bad-content', ['DO120'], ({ mallory }) => ({
    op: 'contact',
    user: mallory,
    act: 'request',
    text: 'hi',
  })),
  own(
    'request-to-who-blocks',
    'a request to somebody who blocks him: he is told nothing, and neither is the other',
    'accepted',
    ['DO122', 'RE149'],
    ({ tom }) => ({ op: 'contact', user: tom.user, act: 'request', text: 'hi' }),
    'pair',
  ),
  own('large-profile', 'a profile of a hundred kilobytes', 'refused too-large', ['DO117'], () => ({
    op: 'profile',
    set: { name: 'x'.repeat(100_000) },
  })),
  own('path-as-a-user', 'a user whose id is a path', 'refused bad-content', ['DO114'], () => ({
    op: 'block',
    users: ['../../etc/passwd'],
  })),
  own('too-many-named', 'a thousand and one named at once', 'refused too-large', ['DO114'], () => ({
    op: 'block',
    users: Array.from({ length: 1001 }, (_, index) => `u${index}`),
  })),
  own('unknown-act', 'an act that does not exist', 'refused bad-content', ['DO114'], ({ tom }) => ({
    op: 'contact',
    user: tom.user,
    act: 'marry',
  })),
  {
    name: 'bring-in-who-blocks',
    says: 'a group with somebody in it who blocks him: he is not in it',
    breaks: ['RE147', 'DO129'],
    scene: 'pair',
    expects: { parley: { answers: ['accepted'], again: 'same' } },
    run: async (attacker, { tom }) => attacker.command(group([tom.user]), nextConversation()),
  },
  {
    name: 'rows-of-another',
    says: "profiles asked for, to read more of Tom's than his profile",
    breaks: ['RE146'],
    scene: 'pair',
    expects: { parley: { answers: ['nothing of anybody'], again: 'same' } },
    async run(attacker, { tom }) {
      const { line } = await attacker.session()
      line.send({ frame: 'people', request: 1, users: [tom.user, 'nobody-at-all'] })
      const { people: told } = await line.next('people-answer')
      return [
        told.every(({ profile, time }) => profile === null && time === 0)
          ? 'nothing of anybody'
          : 'something',
      ]
    },
  },
]
