/** A logarithmic axis: from values to places, and where to write which value. */

export interface Scale {
  readonly place: (value: number) => number
  /** Values to write, ascending: powers of ten, and steps between them where there are few. */
  readonly ticks: readonly number[]
}

export interface ScaleOptions {
  readonly values: readonly number[]
  /** Where the lowest and the highest value go. */
  readonly from: number
  readonly to: number
  /** So many times the lowest value at least; otherwise what is nearly even would fill the plot. */
  readonly span: number
}

/** Values are above zero: nothing else is on a logarithmic axis. */
export function logScale({ values, from, to, span }: ScaleOptions): Scale {
  if (values.length === 0 || values.some((value) => !(value > 0 && Number.isFinite(value)))) {
    throw new RangeError('a logarithmic axis has values above zero')
  }
  let low = Math.log10(Math.min(...values))
  let high = Math.log10(Math.max(...values))
  const missing = Math.log10(span) - (high - low)
  if (missing > 0) {
    low -= missing / 2
    high += missing / 2
  }
  const place = (value: number): number => from + ((Math.log10(value) - low) / (high - low)) * (to - from)
  return { place, ticks: ticksBetween(low, high) }
}

const fewTicks = 3
const manyTicks = 8

function ticksBetween(low: number, high: number): readonly number[] {
  const within = (steps: readonly number[]): readonly number[] => {
    const found: number[] = []
    for (let power = Math.floor(low); power <= Math.ceil(high); power += 1) {
      for (const step of steps) {
        const value = Number(`${step}e${power}`)
        const log = Math.log10(value)
        if (log >= low - 1e-9 && log <= high + 1e-9) found.push(value)
      }
    }
    return found
  }
  const powers = within([1])
  if (powers.length > manyTicks) return powers.filter((_, index) => index % 2 === 0)
  if (powers.length > fewTicks) return powers
  const finer = within([1, 2, 5])
  return finer.length > 1 ? finer : within([1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9])
}

/** As it stands at an axis: 20,000, 0.5. */
export function tickText(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 6 })
}
