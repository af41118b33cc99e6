/** Too much at once: frames, updates, structs, deletions, and what comes before anybody is known. */
import { maxDeviceFrameBytes } from '@parley/wire'
import { maxStockDeletions, maxStockStructs, writeAppend } from '@parley/document'
import * as encoding from 'lib0/encoding'
import { type Attack, refusedEverywhere } from '../attack.ts'
import { nextClient, penOf } from '../scenes.ts'
import { awarenessMessage, syncMessage } from '../stock-line.ts'
import { anyOf, ofLength, rawUpdate } from './raw-update.ts'

const stockTooLarge: Attack['expects'] = { stock: { answers: ['closed 4540 too-large'], again: 'read-only' } }

export const oversize: readonly Attack[] = [
  {
    name: 'large-frame',
    says: 'a frame of one byte too many',
    breaks: ['RE97', 'WI8', 'RE222'],
    scene: 'member',
    expects: { parley: { answers: ['failure too-large'] }, stock: { answers: ['closed 4406 too-large'] } },
    async run(attacker) {
      if (attacker.door === 'stock')
        return [await attacker.say([syncMessage(1, new Uint8Array(maxDeviceFrameBytes))])]
      const { line } = await attacker.session()
      line.sendBytes(new Uint8Array(maxDeviceFrameBytes + 1))
      return [await line.end()]
    },
  },
  {
    name: 'huge-frame',
    says: 'a frame of a megabyte',
    breaks: ['RE97'],
    scene: 'member',
    expects: { parley: { answers: ['closed 1009'] }, stock: { answers: ['closed 1009'] } },
    async run(attacker) {
      if (attacker.door === 'stock') return [await attacker.say([new Uint8Array(1024 * 1024)])]
      const { line } = await attacker.session()
      line.sendBytes(new Uint8Array(1024 * 1024))
      return [await line.end()]
    },
  },
  {
    name: 'large-before-hello',
    says: 'a hundred kilobytes before anybody knows who he is',
    breaks: ['RE97'],
    scene: 'member',
    expects: { parley: { answers: ['failure too-large'] } },
    async run(attacker) {
      const line = await attacker.open()
      line.sendBytes(new Uint8Array(100_000))
      return [await line.end()]
    },
  },
  {
    name: 'large-entry',
    says: 'an entry of more than 64 KiB',
    breaks: ['DO23', 'DO16', 'RE19'],
    scene: 'member',
    expects: refusedEverywhere('too-large'),
    run: async (attacker, { last }) => {
      const content = encoding.encode((encoder) => encoding.writeAny(encoder, 'x'.repeat(66_000)))
      return attacker.write([writeAppend({ client: nextClient(), clock: 0, origin: last, content })])
    },
  },
  {
    name: 'too-many-updates',
    says: 'a push of more updates than one may hold',
    breaks: ['WI9'],
    scene: 'member',
    expects: { parley: { answers: ['failure too-large'] } },
    async run(attacker, scene) {
      const { line } = await attacker.session()
      const { update } = penOf(scene).text('again')
      const bytes = encoding.encode((encoder) => {
        encoding.writeUint8(encoder, 2)
        encoding.writeVarString(encoder, scene.conversation)
        encoding.writeVarUint(encoder, scene.page)
        encoding.writeVarUint(encoder, 65)
        for (let left = 65; left > 0; left -= 1) encoding.writeVarUint8Array(encoder, update)
      })
      line.sendBytes(bytes)
      return [await line.end()]
    },
  },
  {
    name: 'too-many-structs',
    says: 'an update of more structs than one may hold',
    breaks: ['DO145', 'RE214'],
    scene: 'member',
    expects: stockTooLarge,
    run: async (attacker) => {
      const structs = Array.from({ length: maxStockStructs + 1 }, () => ({ content: 0, write: ofLength(1) }))
      return attacker.write([rawUpdate([{ client: nextClient(), clock: 0, structs }])])
    },
  },
  {
    name: 'too-many-values',
    says: 'an item of more entries than an update may hold',
    breaks: ['DO145', 'RE214'],
    scene: 'member',
    expects: stockTooLarge,
    run: async (attacker, { last }) => {
      const values = Array.from({ length: maxStockStructs + 1 }, () => 1)
      const structs = [{ content: 8, origin: last, write: anyOf(...values) }]
      return attacker.write([rawUpdate([{ client: nextClient(), clock: 0, structs }])])
    },
  },
  {
    name: 'too-many-deletions',
    says: 'a deletion in more ranges than an update may hold: bare Yjs takes minutes for it',
    breaks: ['DO145', 'RE214'],
    scene: 'member',
    expects: stockTooLarge,
    run: async (attacker, { last }) => {
      const ranges = Array.from({ length: maxStockDeletions + 1 }, (_, index) => ({
        client: last.client + index,
        clock: 2 * index,
        length: 1,
      }))
      return attacker.write([rawUpdate([], ranges)])
    },
  },
  {
    name: 'too-many-presences',
    says: 'a message of more presences than it may hold',
    breaks: ['RE114'],
    scene: 'member',
    expects: { stock: { answers: ['closed 4404 malformed'] } },
    run: async (attacker) => {
      const entries = Array.from({ length: 1025 }, (_, client) => ({ client, clock: 1, state: '{}' }))
      return [await attacker.say([awarenessMessage(entries)])]
    },
  },
]
