/** What no set-up of keys may take. */
import { maxTokenBytes } from '@parley/wire'
import { testSecret } from './server.test-kit.ts'
import {
  byEd,
  byRsa,
  bySecret,
  canary,
  encode,
  good,
  make,
  otherEd,
  otherRsa,
  rsa,
  seconds,
  type Setup,
  signed,
} from './token-corpus.test-kit.ts'

/** `undefined` takes a claim away: JSON leaves it out. */
export const wrongClaims: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['no exp', { exp: undefined }],
  ['exp 1e300', { exp: 1e300 }],
  ['exp beyond whole numbers', { exp: 2 ** 53 }],
  ['exp as text', { exp: String(good.exp) }],
  ['exp null', { exp: null }],
  ['exp a list', { exp: [good.exp] }],
  ['exp further ahead than a token may hold', { exp: seconds + 31 * 86_400 }],
  ['long ago made, for longer than a token may hold', { iat: seconds - 40 * 86_400 }],
  ['made at no time', { iat: -1e300 }],
  ['made in the future', { iat: seconds + 31 }],
  ['iat as text', { iat: 'now' }],
  ['iat null', { iat: null }],
  ['not yet good', { nbf: seconds + 31 }],
  ['nbf as text', { nbf: '0' }],
  ['no sub', { sub: undefined }],
  ['sub an object', { sub: { toString: 'Tom' } }],
  ['sub a list', { sub: ['Tom'] }],
  ['sub a number', { sub: 7 }],
  ['sub null', { sub: null }],
  ['sub empty', { sub: '' }],
  ['sub with a blank', { sub: 'Tom ' }],
  ['sub with a line end', { sub: 'Tom\n' }],
  ['sub with a null', { sub: 'Tom\u0000' }],
  ['sub that looks like Tom', { sub: 'Тom' }],
  ['sub too long', { sub: 'x'.repeat(65) }],
  ['another issuer', { iss: 'evil' }],
  ['no issuer', { iss: undefined }],
  ['a list of issuers', { iss: ['login'] }],
  ['another audience', { aud: 'mail' }],
  ['no audience', { aud: undefined }],
  ['other audiences', { aud: ['mail', 'wiki'] }],
  ['an audience in an object', { aud: { parley: true } }],
  ['no device id', { device: 'phone' }],
  ['device null', { device: null }],
  ['device a list', { device: ['0'.repeat(32)] }],
]

/** What has been done to the token, whoever signs it. */
export const forgeries: readonly (readonly [string, (setup: Setup) => string])[] = [
  ['alg none, unsigned', () => make({ alg: 'none' }, good, () => new Uint8Array())],
  ['alg none, as signed', (setup) => signed(setup, good, { alg: 'none' })],
  ['alg None', (setup) => signed(setup, good, { alg: 'None' })],
  ['alg missing', (setup) => make({ typ: 'JWT' }, good, setup.sign)],
  ['alg a list', (setup) => signed(setup, good, { alg: [setup.header['alg']] })],
  [
    'alg in other letters',
    (setup) => signed(setup, good, { alg: String(setup.header['alg']).toLowerCase() }),
  ],
  ['HS384', () => make({ alg: 'HS384' }, good, bySecret(testSecret, 'sha384'))],
  ['HS512', () => make({ alg: 'HS512' }, good, bySecret(testSecret, 'sha512'))],
  ['RS384', () => make({ alg: 'RS384', kid: 'rsa-1' }, good, byRsa(rsa.privateKey, 'sha384'))],
  ['RS256 with another key', () => make({ alg: 'RS256', kid: 'rsa-1' }, good, byRsa(otherRsa.privateKey))],
  ['EdDSA with another key', () => make({ alg: 'EdDSA', kid: 'ed-1' }, good, byEd(otherEd.privateKey))],
  ['HS256 with another secret', () => make({ alg: 'HS256' }, good, bySecret('x'.repeat(32)))],
  ['HS256 with an empty secret', () => make({ alg: 'HS256' }, good, bySecret(''))],
  ['no signature', (setup) => signed(setup, good).replace(/[^.]*$/, '')],
  ['a signature of nothing', (setup) => signed(setup, good).replace(/[^.]*$/, 'AAAA')],
  ['a signature with an end', (setup) => `${signed(setup, good)}=`],
  ['a signature with two ends', (setup) => `${signed(setup, good)}==`],
  [
    'a padded header',
    (setup) => `${encode('{"alg":"none"}')}=.${encode(JSON.stringify(good))}.${setup.name}`,
  ],
  ['blanks around it', (setup) => ` ${signed(setup, good)}`],
  ['a line end behind it', (setup) => `${signed(setup, good)}\n`],
  ['four parts', (setup) => `${signed(setup, good)}.AAAA`],
  ['five parts, as if encrypted', (setup) => `${signed(setup, good)}.AAAA.AAAA`],
  ['two parts', (setup) => signed(setup, good).split('.').slice(0, 2).join('.')],
  ['signed as JSON', (setup) => JSON.stringify({ payload: signed(setup, good) })],
  [
    'claims changed after signing',
    (setup) => {
      const [header = '', , signature = ''] = signed(setup, good).split('.')
      return `${header}.${encode(JSON.stringify({ ...good, sub: 'Mary' }))}.${signature}`
    },
  ],
  ['claims that are a list', (setup) => signed(setup, [good])],
  ['claims that are text', (setup) => signed(setup, '"Tom"')],
  ['claims that are null', (setup) => signed(setup, 'null')],
  ['claims that are no JSON', (setup) => signed(setup, '{"sub":"Tom",')],
  ['a header that is no JSON', (setup) => make('{"alg":', good, setup.sign)],
  ['a header that is null', (setup) => make('null', good, setup.sign)],
  ['crit', (setup) => signed(setup, good, { crit: ['exp'], exp: 1 })],
  ['crit b64', (setup) => signed(setup, good, { crit: ['b64'], b64: false })],
  ['crit empty', (setup) => signed(setup, good, { crit: [] })],
  [
    'its own key',
    () =>
      make(
        { alg: 'RS256', jwk: otherRsa.publicKey.export({ format: 'jwk' }) },
        good,
        byRsa(otherRsa.privateKey),
      ),
  ],
  [
    'its own key, of EdDSA',
    () =>
      make(
        { alg: 'EdDSA', jwk: otherEd.publicKey.export({ format: 'jwk' }) },
        good,
        byEd(otherEd.privateKey),
      ),
  ],
  [
    'an address of keys',
    () => make({ alg: 'RS256', kid: 'rsa-1', jku: canary.url }, good, byRsa(otherRsa.privateKey)),
  ],
  [
    'an address of a certificate',
    () => make({ alg: 'RS256', kid: 'rsa-1', x5u: canary.url }, good, byRsa(otherRsa.privateKey)),
  ],
  ['more than a hello may hold', (setup) => signed(setup, { ...good, more: 'x'.repeat(maxTokenBytes) })],
  ['nothing', () => ''],
  ['points', () => '..'],
]
