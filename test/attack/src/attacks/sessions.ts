/** Sessions begun wrongly, twice, in somebody's place, or out of step. */
import type { DeviceFrame, Hello } from '@parley/wire'
import type { Attack } from '../attack.ts'
import { endingOf } from '../attacker.ts'
import { helloOf } from '../hello.ts'
import type { Scene } from '../scene.ts'
import { userOf } from '../scenes.ts'
import { nextDevice } from '../session.ts'

async function hello({ ground, mallory }: Scene, more: Partial<Hello> = {}): Promise<Hello> {
  return helloOf(await ground.token(mallory), nextDevice(), more)
}

/** Frames on a connection that has said nothing, and how it ends. */
function ends(
  name: string,
  says: string,
  how: string,
  breaks: readonly string[],
  make: (scene: Scene) => Promise<readonly DeviceFrame[]>,
): Attack {
  return {
    name,
    says,
    breaks,
    scene: 'member',
    expects: { parley: { answers: [how] } },
    async run(attacker, scene) {
      const line = await attacker.open()
      for (const frame of await make(scene)) line.send(frame)
      return [await line.end()]
    },
  }
}

/** The same, and that it is let in: what must not be, is not. */
function enters(
  name: string,
  says: string,
  breaks: readonly string[],
  make: (scene: Scene) => Partial<Hello>,
): Attack {
  return {
    name,
    says,
    breaks,
    scene: 'member',
    expects: { parley: { answers: ['welcome, and nobody else is sent away'] } },
    async run(attacker, scene) {
      const line = await attacker.open()
      line.send(await hello(scene, make(scene)))
      await line.next('welcome')
      await scene.tom.settle()
      return [scene.tom.line.ended() ?? 'welcome, and nobody else is sent away']
    },
  }
}

const ping: DeviceFrame = { frame: 'ping', nonce: 1, frames: 1 }

/** In session. */
function renews(
  name: string,
  says: string,
  how: string,
  tokens: (scene: Scene) => Promise<readonly string[]>,
): Attack {
  return {
    name,
    says,
    breaks: ['RE191'],
    scene: 'member',
    expects: { parley: { answers: [how] } },
    async run(attacker, scene) {
      const { line } = await attacker.session()
      for (const token of await tokens(scene)) line.send({ frame: 'token', token })
      return [await endingOf(line.next('token-taken').then(async () => line.next('token-taken')))]
    },
  }
}

export const sessions: readonly Attack[] = [
  ends(
    'push-before-hello',
    'a push before anybody knows who he is',
    'failure malformed',
    ['RE60'],
    async ({ conversation, last }) => [{ frame: 'push', conversation, page: 1, updates: [last.update] }],
  ),
  ends(
    'fetch-before-hello',
    'a question before anybody knows who he is',
    'failure malformed',
    ['RE60'],
    async ({ vault }) => [{ frame: 'fetch', request: 1, conversation: vault, page: 1, after: 0 }],
  ),
  ends(
    'token-before-hello',
    'a fresh token without a hello',
    'failure malformed',
    ['RE60'],
    async ({ ground, mallory }) => [{ frame: 'token', token: await ground.token(mallory) }],
  ),
  ends(
    'fetch-behind-hello',
    'a question right behind a hello that is not answered yet',
    'failure malformed',
    ['RE60'],
    async (scene) => [
      await hello(scene),
      { frame: 'fetch', request: 1, conversation: scene.vault, page: 1, after: 0 },
    ],
  ),
  ends(
    'hello-twice-at-once',
    'two hellos, one behind the other',
    'failure malformed',
    ['RE60'],
    async (scene) => [await hello(scene), await hello(scene)],
  ),
  ends(
    'another-version',
    'another version of the protocol',
    'failure wrong-version',
    ['RE60', 'WI5'],
    async (scene) => [await hello(scene, { version: 999 })],
  ),
  ends(
    'device-of-no-form',
    'a device whose id is a path',
    'failure malformed',
    ['RE60', 'DO1'],
    async (scene) => [await hello(scene, { device: '../../etc/passwd' })],
  ),
  {
    name: 'hello-in-session',
    says: 'another hello in a session, for another device',
    breaks: ['RE60'],
    scene: 'member',
    expects: { parley: { answers: ['failure malformed'] } },
    async run(attacker, scene) {
      const { line } = await attacker.session()
      line.send(await hello(scene))
      return [await line.end()]
    },
  },
  {
    name: 'ping-lie',
    says: 'a ping that counts frames which were never sent',
    breaks: ['RE46'],
    scene: 'member',
    expects: { parley: { answers: ['failure out-of-step'] } },
    async run(attacker) {
      const { line } = await attacker.session()
      line.send({ ...ping, frames: 1_000_000 })
      return [await line.end()]
    },
  },
  {
    name: 'after-the-end',
    says: 'a message right behind what ends the session',
    breaks: ['RE64'],
    scene: 'member',
    expects: { parley: { answers: ['failure malformed'] } },
    async run(attacker, { conversation, page, last }) {
      const { line } = await attacker.session()
      line.sendBytes(new Uint8Array())
      line.send({ frame: 'push', conversation, page, updates: [last.update] })
      return [await line.end()]
    },
  },
  enters('device-of-tom', "Tom's device id, with his own token", ['RE62'], ({ tom }) => ({
    device: tom.device,
  })),
  enters('tag-of-tom', "a sign-in under a tag, on Tom's device id", ['RE168', 'RE169'], ({ tom }) => ({
    device: tom.device,
    tag: 'phone',
    login: true,
  })),
  renews('renew-as-another', 'a fresh token of another user', 'failure bad-token', async ({ ground }) => [
    await ground.token(userOf('Eve')),
  ]),
  renews('renew-with-garbage', 'a fresh token that is none', 'failure bad-token', async () => ['a.b.c']),
  renews(
    'renew-twice-at-once',
    'two fresh tokens, one behind the other',
    'failure malformed',
    async ({ ground, mallory }) => [await ground.token(mallory), await ground.token(mallory)],
  ),
]
