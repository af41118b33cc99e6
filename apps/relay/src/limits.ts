/** What is given as limits, read. Rule AR31. */
import type { RelayLimits } from '@parley/relay'
import { readAmount, showAmount } from './amounts.ts'
import { type LimitField, type LimitOption, limitOptions } from './limit-options.ts'
import type { Values } from './parse.ts'
import { Wrong } from './wrong.ts'

export interface GivenLimits {
  readonly limits: Partial<RelayLimits>
  readonly maxSockets: number
}

export function readLimits(values: Values): GivenLimits {
  const given: Partial<Record<LimitField, number>> = {}
  for (const option of limitOptions) given[option.field] = readLimit(option, values.text(option.name) ?? '')
  const { maxSockets, ...limits } = given
  if (maxSockets === undefined) throw new Error('every limit has a default')
  return { limits, maxSockets }
}

function readLimit({ name, unit, least, most }: LimitOption, text: string): number {
  const amount = readAmount(unit, text)
  if (amount !== undefined && amount >= least && amount <= most) return amount
  const range = `from ${showAmount(unit, least)} to ${showAmount(unit, most)}`
  throw new Wrong(`--${name} must be a ${unit} ${range}, not "${text}".`)
}
