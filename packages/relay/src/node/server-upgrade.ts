/**
 * Refusing an upgrade: a plain HTTP answer with a sentence, and the connection ends, whether or not its other side ends it
 * too. Nobody else looks after a stream that has been given away for an upgrade.
 */
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

export function refuseUpgrade(stream: Duplex, status: number, sentence: string): void {
  const body = `${sentence}\n`
  stream.on('error', () => {
    // Whoever asked is gone already; there is nobody to tell.
  })
  stream.once('finish', () => {
    stream.destroy()
  })
  stream.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      'X-Content-Type-Options: nosniff',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  )
}
