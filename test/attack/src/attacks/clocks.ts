/** Clocks with holes, far away, beyond all numbers, and origins that are not there. */
import type { ItemId } from '@parley/document'
import { createPen } from '@parley/relay/testing'
import { type Attack, refusedEverywhere } from '../attack.ts'
import type { Scene } from '../scene.ts'
import { nextClient } from '../scenes.ts'
import { anyOf, rawUpdate } from './raw-update.ts'

/** At the second door an element without what it stands behind is asked for once more, and then is no append. */
function rewrite(code: string): Attack['expects'] {
  return {
    parley: { answers: [`rewrite ${code}`], again: 'same' },
    stock: { answers: ['closed 4540 not-an-append'], again: 'read-only' },
  }
}

/** Behind an item that nobody has. */
function behind(
  name: string,
  says: string,
  origin: (scene: Scene) => ItemId,
  breaks: readonly string[] = ['RE21', 'RE221'],
): Attack {
  return {
    name,
    says,
    breaks,
    scene: 'member',
    expects: rewrite('origin-unknown'),
    run: async (attacker, scene) => {
      const pen = createPen({ user: scene.mallory, client: nextClient(), origin: origin(scene) })
      return attacker.write([pen.text('behind nothing').update])
    },
  }
}

function atClock(name: string, says: string, clock: number): Attack {
  return {
    name,
    says,
    breaks: ['RE14', 'DO150'],
    scene: 'member',
    expects: rewrite('gap'),
    run: async (attacker, scene) => {
      const pen = createPen({ user: scene.mallory, client: nextClient(), clock, origin: scene.last })
      return attacker.write([pen.text('too soon').update])
    },
  }
}

export const clocks: readonly Attack[] = [
  atClock('clock-gap', 'a clock with one missing before it', 1),
  atClock('far-clock', 'a clock a billion ahead', 1_000_000_000),
  atClock('last-clock', 'the last clock there is', Number.MAX_SAFE_INTEGER - 1),
  {
    name: 'reversed-clocks',
    says: 'two clocks with one missing before them, the later one first',
    breaks: ['RE14', 'RE1'],
    scene: 'member',
    expects: { parley: { answers: ['rewrite gap', 'rewrite gap'], again: 'same' } },
    run: async (attacker, scene) => {
      const pen = createPen({ user: scene.mallory, client: nextClient(), clock: 1, origin: scene.last })
      const [first, second] = [pen.text('two'), pen.text('three')]
      return attacker.write([second.update, first.update])
    },
  },
  {
    name: 'clock-beyond-numbers',
    says: 'a clock of more than 53 bits',
    breaks: ['RE10', 'DO146'],
    scene: 'member',
    expects: refusedEverywhere('not-an-append'),
    async run(attacker) {
      const client = nextClient()
      const honest = rawUpdate([{ client, clock: 0, structs: [{ content: 8, write: anyOf('x') }] }])
      // Before the clock stand two counts and the client id, behind nothing of a client the clock and a count.
      const at = rawUpdate([{ client, clock: 0, structs: [] }]).length - 2
      const clock = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]
      return attacker.write([Uint8Array.of(...honest.subarray(0, at), ...clock, ...honest.subarray(at + 1))])
    },
  },
  behind('origin-of-nobody', 'behind an item of a Yjs client id that is not there', () => ({
    client: nextClient(),
    clock: 0,
  })),
  behind('origin-of-tomorrow', 'behind what Tom will write next', ({ last, tomsPen }) => ({
    client: last.client,
    clock: tomsPen.clock,
  })),
  behind('origin-of-the-relay', 'behind an item of the head', ({ last }) => ({
    client: Number.MAX_SAFE_INTEGER - 1,
    clock: last.clock,
  })),
  behind('origin-elsewhere', 'behind an item of another conversation', ({ vaultEntry }) => vaultEntry),
  {
    name: 'origin-itself',
    says: 'a message behind itself',
    breaks: ['DO21', 'DO146'],
    scene: 'member',
    expects: refusedEverywhere('not-an-append'),
    run: async (attacker, scene) => {
      const client = nextClient()
      const pen = createPen({ user: scene.mallory, client, origin: { client, clock: 0 } })
      return attacker.write([pen.text('behind myself').update])
    },
  },
]
