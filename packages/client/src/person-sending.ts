/** How a session sends the commands of its person. */
/** Not on the disk. */
export interface PersonSending {
  /** What is on the way in this session. */
  sent: number | undefined
  /** The relay has asked for a pause. */
  held: boolean
}

export function createPersonSending(): PersonSending {
  return { sent: undefined, held: false }
}
