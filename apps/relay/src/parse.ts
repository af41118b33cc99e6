/**
 * What was typed, and what the environment adds, as a command with its values. A flag wins over the environment, and the
 * environment over the default. Rules AR1 to AR5.
 */
import { parseArgs } from 'node:util'
import { type Command, type CommandName, type Option, commands } from './options.ts'

/** By the names of the options; only what was given or has a default is there. */
export interface Values {
  readonly text: (name: string) => string | undefined
  readonly list: (name: string) => readonly string[]
  readonly on: (name: string) => boolean
}

export type Parsed =
  | { readonly kind: 'run'; readonly command: CommandName; readonly values: Values }
  | { readonly kind: 'help'; readonly command: Command | undefined }
  | { readonly kind: 'version' }
  | { readonly kind: 'wrong'; readonly sentence: string }

export type Environment = Readonly<Record<string, string | undefined>>

export function parse(args: readonly string[], environment: Environment): Parsed {
  const [first, ...rest] = args
  if (first === undefined) return wrong('Say which command to run.')
  if (first === '--help' || first === '-h' || first === 'help') return { kind: 'help', command: undefined }
  if (first === '--version' || first === '-v') return { kind: 'version' }
  const command = commands.find(({ name }) => name === first)
  if (command === undefined) {
    return wrong(
      first.startsWith('-') ? `The option ${first} is unknown here.` : `There is no command ${first}.`,
    )
  }
  return parseCommand(command, rest, environment)
}

function parseCommand(command: Command, args: readonly string[], environment: Environment): Parsed {
  const given = new Map<string, string[]>()
  // Not strict: the sentences are ours.
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      command.options.map(({ name, value }) => [
        name,
        { type: value === undefined ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
  })
  for (const token of tokens) {
    if (token.kind === 'positional')
      return wrong(`parley ${command.name} does not know what to do with "${token.value}".`)
    if (token.kind === 'option-terminator') continue
    if (token.rawName === '--help' || token.rawName === '-h') return { kind: 'help', command }
    const option = command.options.find(({ name }) => token.rawName === `--${name}`)
    if (option === undefined) return wrong(`parley ${command.name} has no option ${token.rawName}.`)
    const values = given.get(option.name) ?? []
    if (option.value === undefined && token.value !== undefined)
      return wrong(`--${option.name} takes no value.`)
    // "--port --dev" forgets a value; "--secret=-x" means one.
    const forgotten =
      token.value === undefined || token.value === '' || (!token.inlineValue && token.value.startsWith('-'))
    if (option.value !== undefined && forgotten) {
      return wrong(`--${option.name} needs a value: --${option.name} <${option.value}>.`)
    }
    if (values.length > 0 && !option.many) return wrong(`--${option.name} is given twice.`)
    given.set(option.name, [...values, token.value ?? 'true'])
  }
  for (const option of command.options) {
    if (given.has(option.name)) continue
    const fromEnvironment = readVariable(option, environment[option.variable])
    if (fromEnvironment === undefined) {
      return wrong(`${option.variable} must be 1 or true, 0 or false, or not set.`)
    }
    if (fromEnvironment.length > 0) given.set(option.name, fromEnvironment)
    else if (option.fallback !== undefined) given.set(option.name, [option.fallback])
  }
  return {
    kind: 'run',
    command: command.name,
    values: {
      text: (name) => given.get(name)?.[0],
      list: (name) => given.get(name) ?? [],
      on: (name) => given.has(name),
    },
  }
}

/** No values when there is nothing; nothing at all when it cannot be what it says. An empty variable is one not set. */
function readVariable(option: Option, text: string | undefined): string[] | undefined {
  if (text === undefined || text === '') return []
  if (option.value === undefined) {
    if (/^(0|false)$/i.test(text)) return []
    return /^(1|true)$/i.test(text) ? ['true'] : undefined
  }
  if (!option.many) return [text]
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function wrong(sentence: string): Parsed {
  return { kind: 'wrong', sentence: `${sentence} "parley --help" lists what there is.` }
}
