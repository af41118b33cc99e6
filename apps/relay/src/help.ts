/** What `--help` prints, and the tables of README.md: both from the one list of options. */
import { exitCodes } from './exit-codes.ts'
import { type Command, type Option, commands } from './options.ts'

export function helpText(command: Command | undefined): string {
  if (command === undefined) {
    const width = Math.max(...commands.map(({ name }) => name.length))
    return [
      'parley: the relay of Parley, and what looks after it',
      '',
      ...commands.map(({ name, help }) => `  parley ${name.padEnd(width)}   ${help}`),
      '',
      '"parley <command> --help" lists its options; "parley --version" says which version this is.',
      '',
    ].join('\n')
  }
  const width = Math.max(...command.options.map((option) => flag(option).length))
  return [
    `parley ${command.name}: ${command.help}`,
    '',
    ...command.options.flatMap((option) => [
      `  ${flag(option).padEnd(width)}   ${option.help}`,
      `  ${''.padEnd(width)}   ${option.variable}; default: ${option.fallbackText}`,
    ]),
    '',
  ].join('\n')
}

/** For README.md, which a test holds against this. */
export function optionTable(command: Command): string {
  return [
    '| flag | environment | default | what it does |',
    '| --- | --- | --- | --- |',
    ...command.options.map((option) => {
      const fallback = option.fallback === undefined ? option.fallbackText : `\`${option.fallback}\``
      return `| \`${flag(option)}\` | \`${option.variable}\` | ${fallback} | ${option.help} |`
    }),
  ].join('\n')
}

export function exitCodeTable(): string {
  return [
    '| exit code | when |',
    '| --- | --- |',
    ...exitCodes.map(({ code, when }) => `| ${code} | ${when} |`),
  ].join('\n')
}

function flag({ name, value, many }: Option): string {
  return value === undefined ? `--${name}` : `--${name} <${value}>${many ? ' …' : ''}`
}
