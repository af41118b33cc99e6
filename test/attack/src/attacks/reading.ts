/** Reading, following and hearing what is not his: every way there is to ask. */
import { pageName } from '@parley/document'
import type { Attack } from '../attack.ts'
import type { Attacker } from '../attacker.ts'
import { helloOf } from '../hello.ts'
import type { Scene, SceneName } from '../scene.ts'
import { nextNumber } from '../session.ts'
import { stateVector, syncMessage } from '../stock-line.ts'
import { following } from './following.ts'
import { queriesForOthers } from './queries.ts'

interface Asking {
  readonly scene: SceneName
  readonly parley: string
  readonly where?: (scene: Scene) => string
  readonly page: number
}

/** A page or the head, at both doors. */
function read(name: string, says: string, breaks: readonly string[], asking: Asking): Attack {
  const { scene, parley, where = ({ conversation }: Scene) => conversation, page } = asking
  return {
    name,
    says,
    breaks: [...breaks, 'RE104'],
    scene,
    expects: { parley: { answers: [parley], again: 'same' }, stock: { answers: ['http 404'] } },
    async run(attacker, stage) {
      if (attacker.door === 'parley') return attacker.read(page, where(stage))
      return [await opened(attacker, page === 0 ? `c/${where(stage)}` : `c/${where(stage)}/${page}`)]
    },
  }
}

async function opened(attacker: Attacker, name: string): Promise<string> {
  const line = await attacker.stock(name)
  return typeof line === 'string' ? line : 'let in'
}

const vault = ({ vault: name }: Scene): string => name

const pages: readonly Attack[] = [
  read('head-of-a-stranger', 'the head of what he is not in', ['RE58'], {
    scene: 'stranger',
    parley: 'failed not-found',
    page: 0,
  }),
  read('page-of-a-stranger', 'a page of what he is not in', ['RE18'], {
    scene: 'stranger',
    parley: 'failed not-found',
    page: 1,
  }),
  read('head-of-others', 'the head of a conversation of two others', ['RE58'], {
    scene: 'member',
    parley: 'failed not-found',
    where: vault,
    page: 0,
  }),
  read('page-of-others', 'a page of a conversation of two others', ['RE18'], {
    scene: 'member',
    parley: 'failed not-found',
    where: vault,
    page: 1,
  }),
  read('head-after-removal', 'the head of what he was removed from', ['RE53'], {
    scene: 'removed',
    parley: 'failed not-a-member',
    page: 0,
  }),
  read(
    'page-after-removal',
    'the page he was removed on: he gets it as it was when he left',
    ['RE53', 'RE56'],
    { scene: 'removed', parley: 'rows 6', page: 1 },
  ),
  read('head-while-blocked', 'the head of what he is kept out of', ['RE58'], {
    scene: 'banned',
    parley: 'failed not-a-member',
    page: 0,
  }),
  read('page-while-blocked', 'the page he was on when he was kept out', ['RE53', 'RE132'], {
    scene: 'banned',
    parley: 'rows 6',
    page: 1,
  }),
  read('hidden-past', 'a page from before his time', ['RE130', 'RE131'], {
    scene: 'newcomer',
    parley: 'failed not-found',
    page: 1,
  }),
  read('page-beyond', 'a page that does not exist', ['RE56'], {
    scene: 'member',
    parley: 'failed not-found',
    page: 40_000,
  }),
  read('conversation-of-no-form', 'a conversation whose id is a path', ['DO6'], {
    scene: 'member',
    parley: 'failed not-found',
    where: () => '../../etc/passwd',
    page: 1,
  }),
]

/** Digests would tell him that something is there, and when it changed. */
function digests(name: string, says: string, scene: SceneName, where: (scene: Scene) => string): Attack {
  return {
    name,
    says,
    breaks: ['RE59', 'RE131'],
    scene,
    expects: { parley: { answers: ['digests of 0'], again: 'same' } },
    async run(attacker, stage) {
      const { line } = await attacker.session()
      const request = nextNumber()
      line.send({ frame: 'digests', request, conversation: where(stage), pages: [1] })
      return [`digests of ${(await line.next('digests-answer')).pages.length}`]
    },
  }
}

const catchingUp: readonly Attack[] = [
  {
    name: 'cursor-of-tomorrow',
    says: 'a cursor from the future, where he was removed: he is told what is his, and nothing after it',
    breaks: ['RE50', 'RE53'],
    scene: 'removed',
    expects: { parley: { answers: ['everything that is his'] } },
    run: async (attacker, scene) => caughtUp(attacker, scene, 'as it was', Number.MAX_SAFE_INTEGER),
  },
  {
    name: 'foreign-epoch',
    says: 'a cursor of another log',
    breaks: ['RE50', 'RE53'],
    scene: 'banned',
    expects: { parley: { answers: ['everything that is his'] } },
    run: async (attacker, scene) => caughtUp(attacker, scene, 'another', 1),
  },
  {
    name: 'list-of-a-newcomer',
    says: 'a list from nothing, where the past is hidden',
    breaks: ['RE131', 'RE129'],
    scene: 'newcomer',
    expects: { parley: { answers: ['everything that is his'] } },
    run: async (attacker, scene) => caughtUp(attacker, scene, '', 0),
  },
]

/** That nothing else is told is looked for in everything he hears. */
async function caughtUp(
  attacker: Attacker,
  scene: Scene,
  epoch: string,
  cursor: number,
): Promise<readonly string[]> {
  const line = await attacker.open()
  const token = await scene.ground.token(scene.mallory)
  line.send(helloOf(token, scene.device, { epoch, cursor }))
  for (let more = true, full = true; more;) {
    const sync = await line.next('sync')
    full &&= sync.full
    more = sync.more
    if (!more) return [full ? 'everything that is his' : 'a part']
  }
  return []
}

const live: readonly Attack[] = [
  ...(['stranger', 'removed', 'banned', 'muted', 'pair'] as const).map((scene): Attack => ({
    name: `signal-${scene}`,
    says: {
      stranger: 'a signal where he is no member',
      removed: 'a signal where he was removed',
      banned: 'a signal where he is kept out',
      muted: 'a signal where he may not speak',
      pair: 'a signal to somebody who blocks him',
    }[scene],
    breaks: scene === 'pair' ? ['RE148', 'DO130'] : ['RE161', 'DO140'],
    scene,
    expects: { parley: { answers: ['quiet'], again: 'same' } },
    async run(attacker, { conversation }) {
      const session = await attacker.session()
      session.line.send({ frame: 'signal', conversation, content: { typing: true } })
      await session.settle()
      return ['quiet']
    },
  })),
  ...(['stranger', 'removed'] as const).map((scene): Attack => ({
    name: `marks-${scene}`,
    says: scene === 'stranger' ? 'marks where he is no member' : 'marks where he was removed',
    breaks: ['RE182'],
    scene,
    expects: { parley: { answers: ['quiet'], again: 'same' } },
    async run(attacker, { conversation }) {
      const session = await attacker.session()
      session.line.send({ frame: 'marks', conversation, delivered: 3, read: 3 })
      await session.settle()
      return ['quiet']
    },
  })),
]

const vectors: readonly Attack[] = [
  vector('vector-of-thousands', 'a state vector of 30,000 Yjs client ids', 'closed 4404 malformed', () =>
    stateVector(Array.from({ length: 30_000 }, (_, index) => [index, 1])),
  ),
  vector('vector-count-lie', 'a state vector that says it has two billion', 'closed 4404 malformed', () =>
    Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07),
  ),
  vector('vector-with-more', 'a state vector with bytes behind its end', 'closed 4404 malformed', () =>
    Uint8Array.of(...stateVector([[1, 1]]), 9),
  ),
  vector(
    'vector-lie',
    'a state vector that claims to have everything for ever: he alone goes without',
    'quiet',
    ({ last }) =>
      stateVector([
        [last.client, Number.MAX_SAFE_INTEGER],
        [7, 1_000_000],
      ]),
  ),
]

function vector(name: string, says: string, answer: string, make: (scene: Scene) => Uint8Array): Attack {
  return {
    name,
    says,
    breaks: ['RE110', 'RE111'],
    scene: 'member',
    expects: { stock: { answers: [answer] } },
    run: async (attacker, scene) => [await attacker.say([syncMessage(0, make(scene))])],
  }
}

const names: readonly Attack[] = [
  ['path-in-a-name', 'a document called ../../etc/passwd', () => 'c/..%2F..%2Fetc%2Fpasswd/1'],
  [
    'null-in-a-name',
    'a document with a NUL in its name',
    ({ conversation }: Scene) => `c/${conversation}%00/1`,
  ],
  ['page-below-zero', 'page -1', ({ conversation }: Scene) => `c/${conversation}/-1`],
  [
    'page-zero',
    'page 0, which is the head by another name',
    ({ conversation }: Scene) => `c/${conversation}/0`,
  ],
  ['not-utf8-name', 'a name that is no UTF-8', () => 'c/%ff%fe'],
  [
    'another-kind-of-name',
    'a document that is none of a conversation',
    ({ conversation }: Scene) => pageName(conversation, 1).replace('c/', 'x/'),
  ],
].map(([name, says, make]): Attack => ({
  name: String(name),
  says: String(says),
  breaks: ['RE104', 'DO6'],
  scene: 'member',
  expects: { stock: { answers: ['http 404'] } },
  run: async (attacker, scene) => [await opened(attacker, typeof make === 'function' ? make(scene) : '')],
}))

export const reading: readonly Attack[] = [
  ...pages,
  ...queriesForOthers,
  digests('digests-of-others', 'digests of a conversation of two others', 'member', vault),
  digests(
    'digests-of-the-past',
    'digests of a page from before his time',
    'newcomer',
    ({ conversation }) => conversation,
  ),
  ...catchingUp,
  ...live,
  ...following,
  ...vectors,
  ...names,
]
