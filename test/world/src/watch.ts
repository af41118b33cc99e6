/**
 * What the world looks at while it runs: every frame that leaves the relay, and every transaction on its disk. Checks
 * that only make sense at that instant stand here, and so does most of the counting. Rules WO20 to WO24.
 */
import { createDecoder, readAny } from 'lib0/decoding'
import type { ConversationId } from '@parley/document'
import type { RelayCommit } from '@parley/relay'
import { decodeRelayFrame, type PushAnswer, type RelayFrame } from '@parley/wire'
import type { Counters } from './counters.ts'
import type { Device } from './device.ts'
import { checkLeaves, checkSignal } from './frame-checks.ts'
import { inflatedFrame } from './inflated.ts'
import type { Journal } from './journal.ts'
import type { Wiretap } from './network.ts'
import type { RelayDisk } from './relay-disk.ts'
import { idleDetail } from './relay-host.ts'
import { createTagWatch } from './tag-watch.ts'

export interface Watch {
  readonly wiretap: Wiretap
  /** Every frame a device has sent, by device. */
  readonly sent: ReadonlyMap<string, readonly Uint8Array[]>
  /** The id under which a device came to the relay last. */
  readonly idOf: (device: string) => string | undefined
  /** When the relay's disk got its first transaction. */
  readonly firstCommitAt: () => number
}

export interface WatchOptions {
  readonly disk: RelayDisk
  readonly journal: Journal
  readonly counters: Counters
  readonly devices: readonly Device[]
  readonly now: () => number
}

export function createWatch({ disk, journal, counters, devices, now }: WatchOptions): Watch {
  const sent = new Map<string, Uint8Array[]>()
  /** Entries whose answer was lost, by where they stand, until something interesting comes of it. */
  const lostAnswers = new Set<string>()
  const seen = new Set<string>()

  const violate = (what: string): void => {
    // One is enough: the same fault tends to show in every frame after it.
    if (seen.has(what) || journal.violations.length > 20) return
    seen.add(what)
    journal.violations.push(`at ${now().toFixed(0)} ms: ${what}`)
  }

  let firstCommitAt = Number.POSITIVE_INFINITY
  disk.onCommit((commit) => {
    firstCommitAt = Math.min(firstCommitAt, now())
    countCommit(commit)
    for (const wrong of tags.landing(commit)) violate(wrong)
  })
  const tags = createTagWatch(disk, counters)

  const countCommit = (commit: RelayCommit): void => {
    for (const row of commit.rows) {
      if (row.kind === 'head') countChange(row.conversation, changeOf(row.change))
      for (const { client, clock } of row.erases) {
        if (lostAnswers.delete(placeName(row.conversation, row.page, client, clock)))
          counters.add('answersLostBeforeRecall')
      }
    }
  }
  const countChange = (conversation: ConversationId, change: ChangeSeen): void => {
    if (change.op === 'page') {
      counters.add('pagesClosed')
      if (devices.some((device) => isAway(device) && hasWaiting(device, conversation)))
        counters.add('pagesClosedWhileOffline')
      for (const place of lostAnswers) {
        if (!place.startsWith(`${conversation}/${(change.pages ?? 0) - 1}/`)) continue
        lostAnswers.delete(place)
        counters.add('answersLostBeforePageClosed')
      }
    }
    if (change.op === 'removed') {
      counters.add('kicks')
      const kicked = devices.filter((device) => change.members?.includes(device.user) === true)
      if (kicked.some((device) => isAway(device) && hasWaiting(device, conversation)))
        counters.add('kicksWhileOffline')
    }
  }
  const hasWaiting = (device: Device, conversation: ConversationId): boolean =>
    journal.deeds.some(
      (deed) =>
        deed.device === device.name &&
        deed.kind === 'message' &&
        deed.conversation === conversation &&
        deed.call === 'saved' &&
        !deed.confirmed &&
        deed.refused === null,
    )

  const countFrame = (frame: RelayFrame): void => {
    if (frame.frame === 'answer') {
      for (const { verdict } of frame.answers) {
        if (verdict.class === 'rewrite') counters.add('rebases')
        if (verdict.class === 'duplicate') counters.add('duplicates')
        if (verdict.class === 'refused') counters.add('refusals')
        if (verdict.class === 'later') counters.add('laters')
      }
    }
    if (frame.frame === 'token-taken') counters.add('renewals')
    if (frame.frame === 'failure' && frame.code === 'token-expired') counters.add('expiries')
    if (frame.frame === 'failure' && frame.code === 'revoked') counters.add('sessionsRevoked')
    if (frame.frame === 'failure' && frame.detail !== idleDetail)
      counters.add(frame.code === 'out-of-step' ? 'outOfStep' : 'sessionFailures')
  }

  return {
    sent,
    idOf: tags.idOf,
    firstCommitAt: () => firstCommitAt,
    wiretap: {
      toRelay(device, bytes) {
        const frames = sent.get(device) ?? []
        frames.push(bytes)
        sent.set(device, frames)
      },
      toDevice(device, bytes, line) {
        const user = devices.find((other) => other.name === device)?.user
        const read = decodeRelayFrame(bytes)
        if (!read.ok || user === undefined) {
          violate(`the relay sent ${device} a frame that cannot be read`)
          return
        }
        const frame = inflatedFrame(read.frame)
        if (frame === undefined) {
          violate(`the relay sent ${device} a page that cannot be inflated`)
          return
        }
        if (frame.frame === 'fetch-answer' && frame.fetched.result === 'rows')
          counters.add(frame === read.frame ? 'pagesPlain' : 'pagesDeflated')
        countFrame(frame)
        for (const wrong of checkLeaves(disk.log(), user, frame)) violate(`to ${device}: ${wrong}`)
        if (frame.frame === 'signal')
          for (const wrong of checkSignal(disk, user, frame)) violate(`to ${device}: ${wrong}`)
        for (const wrong of tags.leaves(line, user, frame)) violate(`to ${device}: ${wrong}`)
      },
      greeting(device, bytes, line) {
        const user = devices.find((other) => other.name === device)?.user
        if (user !== undefined) tags.greeting({ device, line, user }, bytes)
      },
      lostToDevice(_device, bytes) {
        const read = decodeRelayFrame(bytes)
        if (!read.ok) return
        if (read.frame.frame === 'command-answer') counters.add('lostAnswers')
        if (read.frame.frame !== 'answer') return
        counters.add('lostAnswers')
        const { conversation, answers } = read.frame
        for (const answer of answers) if (isAccepted(answer)) lostAnswers.add(placeOf(conversation, answer))
      },
    },
  }
}

function isAway(device: Device): boolean {
  return device.process() === null || !device.online()
}

function isAccepted({ verdict }: PushAnswer): boolean {
  return verdict.class === 'accepted' || verdict.class === 'duplicate'
}

function placeOf(conversation: string, { page, client, clock }: PushAnswer): string {
  return placeName(conversation, page, client, clock)
}

function placeName(conversation: string, page: number, client: number, clock: number): string {
  return `${conversation}/${page}/${client}/${clock}`
}

interface ChangeSeen {
  readonly op?: string
  readonly pages?: number
  readonly members?: readonly string[]
}

function changeOf(bytes: Uint8Array | null): ChangeSeen {
  if (bytes === null) return {}
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- read by the world alone, and only what it compares
  return readAny(createDecoder(bytes)) as ChangeSeen
}
