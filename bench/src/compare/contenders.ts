/** All there are. */
import type { Contender, ContenderName } from './contender.ts'
import { bareWs, bareWsSqlite } from './contenders/bare.ts'
import { hocuspocus, hocuspocusWide } from './contenders/hocuspocus.ts'
import { parley } from './contenders/parley.ts'
import { yWebsocket } from './contenders/y-websocket.ts'

export const contenders: Readonly<Record<ContenderName, Contender>> = {
  parley,
  hocuspocus,
  'hocuspocus-wide': hocuspocusWide,
  'y-websocket': yWebsocket,
  'bare-ws': bareWs,
  'bare-ws-sqlite': bareWsSqlite,
}
