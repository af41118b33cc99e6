/**
 * Reads what strace saw of a relay that nothing happens to: whatever it wrote into the write-ahead log had been synced
 * before anything left towards a device.
 */
export interface Order {
  /** Writes into the log, syncs of it that had something to sync, and what left over sockets. */
  readonly writes: number
  readonly syncs: number
  readonly sends: number
  /** Sends while something of the log had not been synced. */
  readonly early: number
}

/** `lines` as `strace -f -yy` writes them: `1234 fsync(21</data/relay.sqlite-wal>) = 0`. */
export function readOrder(lines: readonly string[]): Order {
  let [writes, syncs, sends, early] = [0, 0, 0, 0]
  let unsynced = false
  for (const line of lines) {
    const [, call = '', target = ''] = /^\d+ +(\w+)\(\d+<([^>]*)>/.exec(line) ?? []
    if (target.endsWith('.sqlite-wal')) {
      if (call === 'pwrite64') {
        writes += 1
        unsynced = true
      } else if (call === 'fsync' || call === 'fdatasync') {
        if (unsynced) syncs += 1
        unsynced = false
      }
    } else if (target.startsWith('TCP') && /^(write|writev|sendto|sendmsg)$/.test(call)) {
      sends += 1
      if (unsynced) early += 1
    }
  }
  return { writes, syncs, sends, early }
}
