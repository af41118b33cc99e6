/** Data folders of every contender, filled once and kept: ours through the relay's door, theirs with their own libraries. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../folders.ts'
import type { Contender } from '../contender.ts'
import type { CompareSize, Setting } from '../scenario.ts'
import { openBareLog } from '../servers/bare-log.ts'
import { bareName } from './bare-device.ts'
import { fixtureOf, readingCache } from './fixture.ts'
import { fillPeer } from './peer-device.ts'
import { lengthOf, type ShelfName, type Shelves, shelves } from './shelves.ts'
import { textOf } from './text.ts'

/** Goes up when what is filled is to be another. */
const stockVersion = 1

/** The folder that a server is started on a copy of. */
export async function stockOf(
  contender: Contender,
  name: ShelfName,
  size: CompareSize,
  { node, tell }: Setting,
  parent: string = readingCache,
): Promise<string> {
  const all = shelves[size]
  const label = size === 'tiny' ? `${name}-tiny` : name
  if (contender.name === 'parley') {
    const messagesOf = (conversation: number): number => lengthOf(name, all, conversation)
    const held = name === 'away'
    return (await fixtureOf({ name: label, shelf: all[name], messagesOf, held, tell }, parent)).folder
  }
  const kind = contender.name === 'hocuspocus-wide' ? 'hocuspocus' : contender.name
  const kept = join(parent, `${kind}-${label}-${stockVersion}`)
  if (existsSync(kept)) return kept
  tell(`filling ${kind} with ${label}, once`)
  const folder = makeFolder('stock')
  try {
    if (kind === 'bare-ws-sqlite') fillBare(folder, name, all)
    else
      await fillPeer({
        node,
        kind,
        folder,
        shelf: all[name],
        lengths: name === 'long' ? all.long.lengths : [],
      })
    mkdirSync(parent, { recursive: true })
    renameSync(folder, kept)
    return kept
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function fillBare(folder: string, name: ShelfName, all: Shelves): void {
  const { conversations, moved, news } = all[name]
  const log = openBareLog(join(folder, 'data.sqlite'))
  for (let conversation = 0; conversation < conversations; conversation += 1) {
    const count = lengthOf(name, all, conversation) + (conversation < moved ? news : 0)
    const updates = Array.from({ length: count }, (_, n) => bareMessage(conversation, n))
    log.append([{ conversation: bareName(conversation), updates }])
  }
  log.close()
  writeFileSync(join(folder, 'filled'), '')
}

/** The 195 bytes that the research had. */
function bareMessage(conversation: number, n: number): Uint8Array {
  const id = `${String(conversation).padStart(7, '0')}${String(n).padStart(14, '0')}`
  const message = {
    id,
    from: `friend-${conversation}`,
    ts: 1_760_000_000_000 + n,
    text: textOf(conversation, n),
  }
  return Buffer.from(JSON.stringify(message))
}
