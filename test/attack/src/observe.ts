/** Everything honest people have and are given, as text: before an attack, and after it. */
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import type { Ground, Network } from './ground.ts'
import type { Scene } from './scene.ts'
import type { SdkDevice } from './sdk-device.ts'
import { enter } from './session.ts'
import { hex } from './text.ts'
import { freshState, type Witness } from './witness.ts'

export type State = Readonly<Record<string, string>>

export interface StockReader {
  readonly doc: Y.Doc
  readonly leave: () => void
}

interface Observers {
  readonly sdk: SdkDevice | undefined
  readonly reader: StockReader | undefined
  readonly brief: boolean
}

export async function observe(
  scene: Scene,
  witness: Witness,
  { sdk, reader, brief }: Observers,
): Promise<State> {
  const { ground, tom, mary, all } = scene
  const state: Record<string, string> = {}
  const add = (whose: string, part: State): void => {
    for (const [name, value] of Object.entries(part)) state[`${whose} ${name}`] = value
  }
  add("Tom's device:", await witness.state())
  for (const user of brief ? [mary] : [tom.user, mary]) {
    const device = await enter(ground, user)
    // Mary is not in all of them: she is answered that they are not hers, before and after.
    add(`a fresh device of ${user}:`, await freshState(device, all))
    device.line.close()
  }
  if (sdk !== undefined) add("Mary's device:", await sdk.state())
  if (reader !== undefined) add('a stock reader:', { page: hex(Y.encodeStateAsUpdate(reader.doc)) })
  const { network } = ground
  if (network !== undefined && !brief) {
    for (const name of [`c/${scene.conversation}`, `c/${scene.conversation}/${scene.page}`]) {
      const fresh = await openReader(ground, network, tom, name)
      add('a fresh stock reader:', { [name]: hex(Y.encodeStateAsUpdate(fresh.doc)) })
      fresh.leave()
    }
  }
  return state
}

/** The published y-websocket, synced when it resolves. */
export async function openReader(
  ground: Ground,
  { ws }: Network,
  { user }: Pick<Scene['tom'], 'user'>,
  name: string,
): Promise<StockReader> {
  const doc = new Y.Doc()
  const provider = new WebsocketProvider(`${ws}/y`, name, doc, {
    protocols: ['parley.y1', `token.${await ground.token(user)}`],
    // The types want a browser's; this one does as well.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
  })
  const leave = (): void => {
    provider.destroy()
    doc.destroy()
  }
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('a stock reader was not synced')), 20_000)
    provider.once('sync', () => {
      clearTimeout(late)
      resolve()
    })
  })
  return { doc, leave }
}
