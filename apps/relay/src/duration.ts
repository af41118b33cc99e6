/** A length of time as it is typed: a number and s, m, h or d. */
import { Wrong } from './wrong.ts'

const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

export function readDuration(text: string): number {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const length =
    Number(amount) * (unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' ? seconds[unit] : 0)
  if (amount === undefined || length === 0) {
    throw new Wrong(`"${text}" is no duration: a number and s, m, h or d, as 30m or 1d.`)
  }
  return length
}
