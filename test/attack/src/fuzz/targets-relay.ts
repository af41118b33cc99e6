/** What the relay's shell reads of strangers: messages of stock tools, requests, upgrades, origins. */
import {
  hostIsLoopback,
  holdsToken,
  isSingleUpdate,
  originAllowed,
  readYMessage,
  writeAwareness,
  writeStep1,
  writeStep2,
  writeUpdate,
  type YMessage,
} from '@parley/relay/node/testing'
import * as Y from 'yjs'
import { json, someBytes } from './make-values.ts'
import { honest } from './make-updates.ts'
import { list, number, type Part, raw, row, sized, text } from './parts.ts'
import type { Random } from './random.ts'
import { asText, hosts, origins, textPart } from './requests.ts'
import { hold, holdPrototypes, show, type Target } from './target.ts'

const maxVectorClients = 4096
const maxEntries = 1024
const maxStateBytes = 2048

const yMessages: Target = {
  name: 'y-message',
  read: readYMessage,
  run(bytes) {
    const message = readYMessage(bytes)
    holdMessage(message)
    const change = message.kind === 'write' && message.step === 'update'
    hold(!change || isSingleUpdate(bytes) || bytes[1] !== 2, 'a change is not told by its first bytes')
    if (message.kind === 'malformed' || message.kind === 'query') return
    const again = readYMessage(written(message))
    hold(
      show(plain(again)) === show(plain(message)),
      'a message that was read is another one when it is written',
    )
    holdPrototypes()
  },
  make: yMessage,
  edges: [
    row(number(0), number(0), sized(row(number(4097), raw(new Uint8Array(2 * 4097))))),
    row(number(0), number(0), sized(row(number(4096), raw(new Uint8Array(2 * 4096))))),
    row(number(1), sized(row(number(1025), raw(new Uint8Array(4))))),
    row(number(1), sized(list([row(number(1), number(1), text(JSON.stringify('x'.repeat(2100))))]))),
    row(number(1), sized(list([row(number(1), number(1), text('['.repeat(100_000)))]))),
    row(number(1), sized(list([row(number(1), number(1), text(`${'['.repeat(1000)}${']'.repeat(1000)}`))]))),
    row(number(3), number(0)),
  ],
  round: 300,
}

function holdMessage(message: YMessage): void {
  if (message.kind === 'step1') {
    // Yjs reads it after us: it must be able to, and not be kept busy.
    hold(Y.decodeStateVector(message.vector).size <= maxVectorClients, 'a state vector has too many clients')
  }
  if (message.kind !== 'awareness') return
  hold(message.entries.length <= maxEntries, 'there are too many states')
  for (const { client, clock, state } of message.entries) {
    hold(
      Number.isSafeInteger(client) && Number.isSafeInteger(clock),
      'a state has a client or clock beyond 53 bits',
    )
    hold(JSON.stringify(JSON.parse(state)) === state, 'a state is no JSON, or has another text')
    hold(state.length <= 6 * maxStateBytes, 'a state is too large')
  }
}

function written(message: Extract<YMessage, { readonly kind: 'step1' | 'write' | 'awareness' }>): Uint8Array {
  if (message.kind === 'step1') return writeStep1(message.vector)
  if (message.kind === 'awareness') return writeAwareness(message.entries)
  return message.step === 'step2' ? writeStep2(message.update) : writeUpdate(message.update)
}

function plain(message: YMessage): unknown {
  return 'vector' in message || 'update' in message
    ? {
        ...message,
        vector: 'vector' in message ? [...message.vector] : [],
        update: 'update' in message ? [...message.update] : [],
      }
    : message
}

function yMessage(random: Random): Part {
  switch (random.below(5)) {
    case 0:
      return row(
        number(0),
        number(0),
        sized(
          list(
            Array.from({ length: random.below(4) }, (_, id) => row(number(id), number(random.below(300)))),
          ),
        ),
      )
    case 1:
      return row(
        number(0),
        number(1 + random.below(2)),
        sized(raw(random.once(2) ? honest(random) : someBytes(random, 40))),
      )
    case 2:
      return number(3)
    default:
      return row(
        number(1),
        sized(list(Array.from({ length: random.below(4) }, () => awarenessEntry(random)))),
      )
  }
}

function awarenessEntry(random: Random): Part {
  return row(
    number(random.below(2 ** 31)),
    number(random.below(300)),
    text(JSON.stringify(random.once(4) ? null : json(random))),
  )
}

/** Origin, host, and byte for what is allowed; one below the other. */
const originRules: Target = {
  name: 'origin',
  run(bytes) {
    const [origin, host = '', kind = ''] = asText(bytes).split('\n')
    const loopback = kind.includes('l')
    const local = hostIsLoopback(host)
    if (local) hold(isLocal(`http://${host}`), 'a foreign host counts as this machine')
    const allowed = originAllowed(origin, host, { allowed: ['https://chat.example'], loopback })
    if (!allowed || origin === undefined || origin === 'https://chat.example') return
    hold(URL.canParse(origin), 'an origin is allowed that is none')
    const page = new URL(origin)
    hold(page.origin === origin && page.username === '', 'an origin is allowed that no browser writes')
    const named = `${page.protocol}//${host}`
    const same = URL.canParse(named) && page.host === new URL(named).host
    hold(same || (loopback && isLocal(origin)), 'a foreign origin is allowed')
  },
  make: (random) => textPart(`${random.pick(origins)}\n${random.pick(hosts)}\n${random.pick(['', 'l'])}`),
  edges: [
    'http://localhost:1\nlocalhost:1',
    'https://chat.example\na',
    'http://a\na_b',
    'http://a\n%',
    'x\ny',
    'http://[::1]:2\n[::1]:2\nl',
  ].map(textPart),
  round: 400,
}

function isLocal(url: string): boolean {
  return ['localhost', '[::1]'].includes(new URL(url).hostname) || new URL(url).hostname.startsWith('127.')
}

const urls: Target = {
  name: 'url-token',
  read: (bytes) => holdsToken(asText(bytes)),
  run(bytes) {
    const url = asText(bytes)
    const found = holdsToken(url)
    hold(!holdsToken(undefined), 'no address holds a token')
    const token = 'eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl'
    const parts = url.split('?')
    hold(holdsToken(`${parts[0] ?? ''}?x=${token}`), 'a token in an address is passed over')
    if (found) hold(url.includes('?'), 'an address without a query holds a token')
    // One more pair never makes a token harmless.
    if (found && parts.length > 1) hold(holdsToken(`${url}&more=1`), 'a pair behind it hides a token')
  },
  make: (random) =>
    textPart(
      `/${random.pick(['', 'y/c/1', 'a%20b'])}?${random.pick(['token', 'jwt', 'x', 'yauth', 'access_token'])}=${random.pick(['', '1', 'aaaaaaaaa.bbbbbbbbb.c', '%41#a'])}`,
    ),
  edges: [
    '/',
    '/?',
    '/?a#token=1',
    `/?${'a'.repeat(16_000)}`,
    `/?${'aaaaaaaa.'.repeat(1700)}`,
    `/?${'-'.repeat(16_000)}`,
  ].map(textPart),
  round: 400,
}

export const relayTargets: readonly Target[] = [yMessages, originRules, urls]
