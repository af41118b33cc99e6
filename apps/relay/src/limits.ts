/** What is given as limits, read. Rule AR31. */
import type { RelayLimits } from '@parley/relay'
import { readAmount, showAmount } from './amounts.ts'
import {
  type LimitField,
  type LimitOption,
  limitOptions,
  type ServerLimit,
  serverDefaults,
} from './limit-options.ts'
import type { Values } from './parse.ts'
import { Wrong } from './wrong.ts'

export interface GivenLimits extends Record<ServerLimit, number> {
  readonly limits: Partial<RelayLimits>
}

export function readLimits(values: Values): GivenLimits {
  const given: Partial<Record<LimitField, number>> = {}
  for (const option of limitOptions) given[option.field] = readLimit(option, values.text(option.name) ?? '')
  const { maxSockets, maxGreeting, ...limits } = { ...serverDefaults, ...given }
  return { limits, maxSockets, maxGreeting }
}

function readLimit({ name, unit, least, most }: LimitOption, text: string): number {
  const amount = readAmount(unit, text)
  if (amount !== undefined && amount >= least && amount <= most) return amount
  const range = `from ${showAmount(unit, least)} to ${showAmount(unit, most)}`
  throw new Wrong(`--${name} must be a ${unit} ${range}, not "${text}".`)
}
