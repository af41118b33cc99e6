/**
 * Every option of every command, once: the parser, `--help` and the table of README.md are made of this.
 */

import { fallbackOf, limitOptions } from './limit-options.ts'

export interface Option {
  readonly name: string
  /** What stands behind the flag; nothing for a switch. */
  readonly value: string | undefined
  /** Words of a value that may be given several times; in the environment separated by commas. */
  readonly many: boolean
  readonly variable: string
  readonly fallback: string | undefined
  /** How the fallback reads in a table, where it is no value of its own. */
  readonly fallbackText: string
  readonly help: string
}

export type CommandName = 'relay' | 'token' | 'revoke' | 'check'

export interface Command {
  readonly name: CommandName
  readonly help: string
  readonly options: readonly Option[]
}

function option(
  name: string,
  value: string | undefined,
  fallback: string | undefined,
  help: string,
  more: { readonly many?: boolean; readonly fallbackText?: string } = {},
): Option {
  const variable = `PARLEY_${name.toUpperCase().replaceAll('-', '_')}`
  const { many = false, fallbackText = fallback ?? (value === undefined ? 'off' : 'none') } = more
  return { name, value, many, variable, fallback, fallbackText, help }
}

const data = option('data', 'directory', './data', "The directory of the relay's data.")
const secretFile = option(
  'secret-file',
  'file',
  undefined,
  'A file that holds the secret tokens are signed with.',
)
const secret = option(
  'secret',
  'text',
  undefined,
  'The secret itself, of 32 characters at least. Other users of the machine may see it; a file is better.',
)
const device = option(
  'device',
  'id',
  undefined,
  'The device that alone may show the token: 32 hexadecimal digits. Left out, any device of the user.',
  { fallbackText: 'any' },
)
const maxTokenLife = option(
  'max-token-life',
  'duration',
  '30d',
  'For how long a token may hold; one that says more is refused.',
)
const adminSecretFile = option(
  'admin-secret-file',
  'file',
  undefined,
  'A file that holds the secret of whoever may revoke tokens; without one nobody may.',
)
const adminSecret = option(
  'admin-secret',
  'text',
  undefined,
  'That secret itself. Other users of the machine may see it; a file is better.',
)
const issuer = option('issuer', 'text', undefined, 'What a token must name as its issuer ("iss").')
const audience = option('audience', 'text', undefined, 'What a token must name as its audience ("aud").')

export const commands: readonly Command[] = [
  {
    name: 'relay',
    help: 'Runs the relay until it is told to stop (SIGTERM or SIGINT; a second one ends it at once).',
    options: [
      option('port', 'number', '4650', 'The port to listen on; 0 for any that is free.'),
      option('host', 'address', '127.0.0.1', 'The address to listen on; 0.0.0.0 for every network.'),
      data,
      secretFile,
      secret,
      option(
        'key-file',
        'file',
        undefined,
        'A file with the public key (PEM or JWK) or the key set (JWKS) tokens are checked with; read again when it changes.',
      ),
      option('key-url', 'url', undefined, 'The address of a key set (JWKS): https, or http on this machine.'),
      option('algorithm', 'name', undefined, 'An algorithm tokens may be signed by: HS256, RS256 or EdDSA.', {
        many: true,
        fallbackText: 'HS256 with a secret, RS256 and EdDSA with public keys',
      }),
      issuer,
      audience,
      maxTokenLife,
      option('clock-tolerance', 'duration', '30s', 'How far the clock of whoever makes tokens may be off.'),
      adminSecretFile,
      adminSecret,
      option(
        'origin',
        'origin',
        undefined,
        'A page of another origin that may use the relay, as https://chat.example; * for all.',
        { many: true, fallbackText: "the relay's own" },
      ),
      option('page', 'directory', undefined, 'A built chat page to serve from the same port.'),
      option(
        'dev',
        undefined,
        undefined,
        'For development, on this machine alone: makes a secret, and gives a token to whoever asks.',
      ),
      option('log-level', 'level', 'info', 'How much to say: error, info or debug.'),
      ...limitOptions.map((limit) =>
        option(
          limit.name,
          limit.unit,
          fallbackOf(limit),
          `Limit of ${limit.scope === 'address' ? 'an' : 'a'} ${limit.scope}: ${limit.help}`,
        ),
      ),
    ],
  },
  {
    name: 'token',
    help: 'Prints a token for a user.',
    options: [
      option('user', 'id', undefined, 'Whose token: 1 to 64 characters of A-Z a-z 0-9 _ - . @ and colon.', {
        fallbackText: 'must be given',
      }),
      option('expires', 'duration', '1d', 'How long it holds: a number and s, m, h or d.'),
      secretFile,
      secret,
      issuer,
      audience,
      device,
      maxTokenLife,
      option(
        'dev',
        undefined,
        undefined,
        'Signs with the secret that a relay under --dev keeps in its data.',
      ),
      data,
    ],
  },
  {
    name: 'revoke',
    help: 'Takes the tokens of a user, or of one of his devices, that were made up to now, and ends their sessions.',
    options: [
      option('user', 'id', undefined, 'Whose tokens.', { fallbackText: 'must be given' }),
      option(
        'device',
        'id',
        undefined,
        'The device whose tokens: 32 hexadecimal digits. Left out, all of them.',
        { fallbackText: 'all' },
      ),
      option('server', 'url', 'http://127.0.0.1:4650', 'Where the relay is reached.'),
      adminSecretFile,
      adminSecret,
    ],
  },
  {
    name: 'check',
    help: "Looks through a relay's data and lists what is wrong with it; changes nothing.",
    options: [data],
  },
]
