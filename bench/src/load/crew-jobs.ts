/** What a process of devices can be asked to do. */
import { doorClose, doorLook, doorOpen } from './door-crew.ts'
import { floodStart, floodStop } from './flood-crew.ts'
import { idleBeat, idleCreate, idleOpen, idleRows, idleSay } from './idle-crew.ts'
import { roomCount, roomOpen } from './room-crew.ts'
import { stormCheck, stormLook, stormOpen, stormStop, stormWatch, stormWrite } from './storm-crew.ts'

export const jobs = {
  ready: async (): Promise<number> => Promise.resolve(process.pid),
  idleOpen,
  idleCreate,
  idleBeat,
  idleSay,
  idleRows,
  stormOpen,
  stormWatch,
  stormWrite,
  stormStop,
  stormLook,
  stormCheck,
  roomOpen,
  roomCount,
  floodStart,
  floodStop,
  doorOpen,
  doorLook,
  doorClose,
}

export type Jobs = typeof jobs

export interface Question {
  readonly id: number
  readonly name: keyof Jobs
  readonly given: unknown
}

export interface Reply {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}
