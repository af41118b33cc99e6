/** Makes attacks of single updates: by Yjs itself, or byte by byte. */
import * as Y from 'yjs'
import { type Attack, refusedEverywhere } from '../attack.ts'
import type { Scene } from '../scene.ts'
import { nextClient, penOf } from '../scenes.ts'
import { nextEntryId } from '../session.ts'
import { type RawStruct, rawUpdate } from './raw-update.ts'

export type Make = (scene: Scene) => Uint8Array

export function refused(name: string, says: string, make: Make, expects?: Attack['expects']): Attack {
  return {
    name,
    says,
    breaks: ['RE10', 'DO21', 'RE214'],
    scene: 'member',
    expects: expects ?? refusedEverywhere('not-an-append'),
    run: async (attacker, scene) => attacker.write([make(scene)]),
  }
}

/** The page as a member has it, changed by Yjs itself. */
export function changed(change: (doc: Y.Doc, entries: Y.Array<unknown>, scene: Scene) => void): Make {
  return (scene) => {
    const doc = new Y.Doc()
    doc.clientID = nextClient() % 0x7fff_ffff
    for (const update of scene.updates) Y.applyUpdate(doc, update)
    const entries = doc.getArray('entries')
    let made = new Uint8Array()
    doc.on('update', (update: Uint8Array) => {
      made = new Uint8Array(update)
    })
    doc.transact(() => change(doc, entries, scene))
    doc.destroy()
    return made
  }
}

/** One struct under a client id of his own. */
export function struct(make: (scene: Scene) => RawStruct, clock = 0): Make {
  return (scene) => rawUpdate([{ client: nextClient(), clock, structs: [make(scene)] }])
}

export function entry({ mallory }: Scene): object {
  return { id: nextEntryId(), from: mallory, sentAt: 1_700_000_000_000, type: -1, text: 'hm' }
}

/** A message, with its bytes worked over. */
export function broken(work: (update: Uint8Array) => Uint8Array): Make {
  return (scene) => work(penOf(scene).text('broken').update)
}
