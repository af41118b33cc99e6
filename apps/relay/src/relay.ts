/** `parley relay`: runs a relay until a signal or a fault ends it. Rules AR6 to AR10. */
import { type LogLevel, boundYoungMemory, createLineLogger, startRelayServer } from '@parley/relay/node'
import { readLimits } from './limits.ts'
import type { Values } from './parse.ts'
import type { World } from './world.ts'
import { readGivenSecret, readTokens } from './tokens.ts'
import { Wrong } from './wrong.ts'

export async function runRelay(world: World, values: Values): Promise<number> {
  const logger = createLineLogger(readLevel(values.text('log-level')), world.print, world.now)
  const tokens = await readTokens(values)
  const adminSecret = await readGivenSecret(values, 'admin-secret')
  const page = values.text('page')
  const server = await startRelayServer({
    port: readPort(values.text('port')),
    host: values.text('host') ?? '127.0.0.1',
    directory: values.text('data') ?? './data',
    dev: values.on('dev'),
    origins: values.list('origin').map(readOrigin),
    logger,
    now: world.now,
    ...readLimits(values),
    ...(tokens === undefined ? {} : { tokens }),
    ...(adminSecret === undefined ? {} : { adminSecret }),
    ...(page === undefined ? {} : { page }),
  })
  const forgetMemory = boundYoungMemory()
  let asked = false
  const forget = world.onSignal((signal) => {
    if (asked) {
      logger.info('relay-ended-at-once', { signal })
      world.exit(signalCodes[signal])
      return
    }
    asked = true
    logger.info('relay-stopping', { signal })
    server.stop().catch((error: unknown) => {
      logger.error('stop-failed', { error: String(error) })
    })
  })
  const orderly = await server.ended
  forget()
  forgetMemory()
  return orderly ? 0 : 1
}

/** As a shell names the end by a signal. */
const signalCodes = { SIGTERM: 143, SIGINT: 130 } as const

function readPort(text: string | undefined): number {
  const port = Number(text)
  if (text === undefined || !/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new Wrong(`The port must be a number from 0 to 65535, not "${text ?? ''}".`)
  }
  return port
}

function readLevel(text: string | undefined): LogLevel {
  if (text === 'error' || text === 'info' || text === 'debug') return text
  throw new Wrong(`The log level must be error, info or debug, not "${text ?? ''}".`)
}

/** As a browser will write it. */
function readOrigin(text: string): string {
  if (text === '*') return text
  const origin = URL.canParse(text) ? new URL(text).origin : 'null'
  if (origin === 'null' || origin !== text.replace(/\/$/, '').toLowerCase()) {
    throw new Wrong(
      `An origin is a scheme, a host and perhaps a port, as https://chat.example; "${text}" is none.`,
    )
  }
  return origin
}
