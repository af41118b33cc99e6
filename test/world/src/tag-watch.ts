/**
 * Who has a tag, as it happens: only a sign-in takes it from somebody, and nobody is let in or turned away but as the
 * relay's disk says. Rule WO75.
 */
import type { UserId } from '@parley/document'
import type { RelayCommit } from '@parley/relay'
import { decodeDeviceFrame, type RelayFrame } from '@parley/wire'
import type { Counters } from './counters.ts'
import type { RelayDisk } from './relay-disk.ts'

interface Greeting {
  readonly id: string
  readonly tag: string
  readonly login: boolean
}

export interface TagWatch {
  /** The first that has come to the relay on a line. */
  readonly greeting: (
    by: { readonly device: string; readonly line: number; readonly user: UserId },
    bytes: Uint8Array,
  ) => void
  /** Before the log has it. */
  readonly landing: (commit: Pick<RelayCommit, 'tags'>) => readonly string[]
  readonly leaves: (line: number, user: UserId, frame: RelayFrame) => readonly string[]
  readonly idOf: (device: string) => string | undefined
}

export function createTagWatch(disk: Pick<RelayDisk, 'log'>, counters: Counters): TagWatch {
  /** By line. */
  const greetings = new Map<number, Greeting>()
  const ids = new Map<string, string>()
  /** By line: `user tag id` of those who have signed in, and are not answered yet. One device may do so on several. */
  const signingIn = new Map<number, string>()

  return {
    idOf: (device) => ids.get(device),
    greeting({ device, line, user }, bytes) {
      const read = decodeDeviceFrame(bytes)
      if (!read.ok || read.frame.frame !== 'hello') return
      const { device: id, tag, login } = read.frame
      greetings.set(line, { id, tag, login })
      ids.set(device, id)
      if (login) signingIn.set(line, `${user} ${tag} ${id}`)
    },
    landing: ({ tags }) =>
      tags.flatMap(({ user, tag, device }) => {
        const before = disk.log().tags.get(`${user} ${tag}`)
        const signsIn = [...signingIn.values()].includes(`${user} ${tag} ${device}`)
        const may = before === undefined || before === device || signsIn
        return may ? [] : [`a device of ${user} took the tag ${tag} from another one, and did not sign in`]
      }),
    leaves(line, user, frame) {
      const greeted = greetings.get(line)
      if (greeted === undefined || greeted.tag === '') return []
      const { id, tag, login } = greeted
      const holder = disk.log().tags.get(`${user} ${tag}`)
      if (frame.frame === 'welcome') {
        if (login) counters.add('signIns')
        signingIn.delete(line)
        return holder === id ? [] : [`it was let in, and its tag belongs to another device on the disk`]
      }
      if (frame.frame !== 'failure' || frame.code !== 'conflict') return []
      if (!login) counters.add('conflictsOfReconnections')
      return holder !== undefined && holder !== id ? [] : ['it was turned away, and nobody else has its tag']
    },
  }
}
