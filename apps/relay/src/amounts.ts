/** Numbers, sizes and lengths of time, as they are typed and shown. */
export type Unit = 'number' | 'size' | 'duration'

export const kib = 1024
export const mib: number = 1024 * kib
export const gib: number = 1024 * mib

// The smallest first. Lengths of time are milliseconds inside.
const scales: Readonly<Record<Unit, readonly (readonly [suffix: string, scale: number])[]>> = {
  number: [['', 1]],
  size: [
    ['', 1],
    ['KiB', kib],
    ['MiB', mib],
    ['GiB', gib],
  ],
  duration: [
    ['s', 1000],
    ['m', 60_000],
    ['h', 3_600_000],
  ],
}

/** undefined for what is none. */
export function readAmount(unit: Unit, text: string): number | undefined {
  const [, digits = '', suffix = ''] = /^(\d{1,12})([A-Za-z]*)$/.exec(text) ?? []
  const scale = scales[unit].find(([known]) => known === suffix)?.[1]
  return digits === '' || scale === undefined ? undefined : Number(digits) * scale
}

export function showAmount(unit: Unit, amount: number): string {
  const [suffix, scale] = scales[unit].findLast(([, one]) => amount % one === 0) ?? ['', 1]
  return `${amount / scale}${suffix}`
}
