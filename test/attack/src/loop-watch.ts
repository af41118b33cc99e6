/**
 * Loaded into the relay's process before it (`--import`): how long its loop was held at a stretch, told to whoever asks.
 *
 * In time of the processor, not of the clock: a machine that is busy with others does not count. What other threads of the
 * process do meanwhile (collecting garbage) counts too, so it is rather more than it was.
 */
const everyMs = 5

let longest = 0
let before = process.cpuUsage()

setInterval(() => {
  const { user, system } = process.cpuUsage(before)
  before = process.cpuUsage()
  longest = Math.max(longest, (user + system) / 1000)
}, everyMs).unref()

process.on('message', () => {
  process.send?.(longest)
  longest = 0
})
process.channel?.unref()
