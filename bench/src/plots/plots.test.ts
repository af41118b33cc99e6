import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bar, barPlot, ratioText } from './bars.ts'
import { linePlot } from './lines.ts'
import { logScale } from './scale.ts'
import { element, text } from './svg.ts'

const aboveZero = fc.double({ min: 1e-6, max: 1e12, noNaN: true })

/** Every tag that is opened is closed, in order, and what stands between is no markup. */
function misformed(svg: string): string | undefined {
  const open: string[] = []
  let rest = svg
  while (rest.length > 0) {
    const tag = /^<(\/?)([a-z]+)((?: [a-zA-Z0-9-]+="[^"<>]*")*)(\/?)>/.exec(rest)
    const words = /^(?:[^<&]|&(?:amp|lt|gt|quot);)+/.exec(rest)
    const taken = tag ?? words
    if (taken === null) return rest.slice(0, 60)
    if (tag?.[1] === '/') {
      if (open.pop() !== tag[2]) return taken[0]
    } else if (tag !== null && tag[4] !== '/') open.push(tag[2] ?? '')
    rest = rest.slice(taken[0].length)
  }
  return open.at(-1)
}

/** Places of everything that has one, and how large the drawing is. */
function outside(svg: string): readonly string[] {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []
  const places = [...svg.matchAll(/ (x|y|x1|x2|y1|y2|cx|cy)="([^"]+)"/g)].map(([, name = '', value]) => ({
    name,
    value: Number(value),
  }))
  return places
    .filter(({ name, value }) => !(value >= 0 && value <= Number(name.includes('x') ? width : height)))
    .map(({ name, value }) => `${name} ${value}`)
}

describe('an axis', () => {
  test('[BE48] is logarithmic: what is so many times more is as much further on', () => {
    fc.assert(
      fc.property(fc.array(aboveZero, { minLength: 1, maxLength: 9 }), (values) => {
        const { place, ticks } = logScale({ values, from: 100, to: 500, span: 10 })
        for (const value of values) {
          expect(place(value)).toBeGreaterThanOrEqual(100 - 1e-6)
          expect(place(value)).toBeLessThanOrEqual(500 + 1e-6)
        }
        const [first = 1] = values
        expect(place(first * 3) - place(first)).toBeCloseTo(place(first * 9) - place(first * 3), 6)
        expect(ticks.length).toBeGreaterThan(0)
        expect(ticks.length).toBeLessThan(13)
        expect(ticks.toSorted((a, b) => a - b)).toEqual(ticks)
        for (const tick of ticks) expect(place(tick)).toSatisfy((at: number) => at > 99.9 && at < 500.1)
      }),
    )
  })

  test('[BE48] has no zero, nothing below, and nothing that is no number', () => {
    for (const values of [[], [0], [1, -1], [Number.NaN], [Number.POSITIVE_INFINITY]]) {
      expect(() => logScale({ values, from: 0, to: 1, span: 2 })).toThrow('above zero')
    }
  })
})

test('[BE48] words are text, whatever they hold', () => {
  expect(text('a < b & "c" > d', { x: 1 })).toBe('<text x="1">a &lt; b &amp; &quot;c&quot; &gt; d</text>')
  expect(element('rect', { class: '"><script>', width: 1 / 3 })).toBe(
    '<rect class="&quot;&gt;&lt;script&gt;" width="0.3"/>',
  )
})

describe('lines', () => {
  const series = fc
    .uniqueArray(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 6 })
    .chain((sizes) =>
      fc.array(
        fc.record({
          name: fc.string({ minLength: 1, maxLength: 12 }),
          points: fc
            .array(fc.array(aboveZero, { minLength: 1, maxLength: 5 }), {
              minLength: sizes.length,
              maxLength: sizes.length,
            })
            .map((runs) =>
              runs.map((values, at) => ({ size: sizes[at] ?? 1, median: values[0] ?? 1, values })),
            ),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    )

  test('[BE48] stay within the drawing, are well formed, and tell every value in words', () => {
    fc.assert(
      fc.property(series, (lines) => {
        const svg = linePlot({ title: 'Cost', across: 'size', up: 'µs', series: lines })
        expect(misformed(svg)).toBeUndefined()
        expect(outside(svg)).toEqual([])
        expect(svg.match(/<circle/g)).toHaveLength(lines.flatMap(({ points }) => points).length)
        expect(svg.match(/<polyline/g)).toHaveLength(lines.length)
        expect(svg).toContain('prefers-color-scheme: dark')
      }),
      { numRuns: 50 },
    )
  })

  test('[BE48] a value of zero is not drawn, and is told', () => {
    const points = [
      { size: 1, median: 0, values: [0, 0] },
      { size: 10, median: 4, values: [3, 5] },
    ]
    const svg = linePlot({ title: 'T', across: 'size', up: 'bytes', series: [{ name: 'disk', points }] })
    expect(svg.match(/<circle/g)).toHaveLength(1)
    expect(svg).toContain('bytes, by size. disk: 0 at 1, 4 at 10.')
    expect(svg).toContain('disk, 10: 4 (3 – 5)')
  })

  test('[BE48] are no more than there are colours', () => {
    const one = { name: 'a', points: [{ size: 1, median: 1, values: [1] }] }
    const many = Array.from({ length: 7 }, () => one)
    expect(() => linePlot({ title: '', across: '', up: '', series: many })).toThrow('at most 6')
  })
})

describe('bars', () => {
  const bar = fc.record({
    name: fc.string({ minLength: 1, maxLength: 16 }),
    role: fc.constantFrom('ours' as const, 'peer' as const, 'limit' as const),
    ratio: aboveZero,
    lowest: aboveZero,
    highest: aboveZero,
    value: fc.string({ maxLength: 10 }),
  })

  test('[BE48] begin at ours, stay within the drawing, and are well formed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(bar, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
        (all) => {
          const groups = all.map((bars, at) => ({ name: `group ${at}`, bars }))
          const svg = barPlot({ title: 'Ratios', better: 'higher', groups })
          expect(misformed(svg)).toBeUndefined()
          expect(outside(svg)).toEqual([])
          for (const [size] of svg.matchAll(/ (?:width|height)="-[^"]*"/g))
            throw new Error(`${size} is below zero`)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('[BE48] say which way is better, how many times ours, and what was measured', () => {
    const one = (more: Partial<Bar>): Bar => ({
      name: 'Parley',
      role: 'ours',
      ratio: 1,
      lowest: 0.9,
      highest: 1.1,
      value: '60,000',
      ...more,
    })
    const peer = one({ name: 'peer', role: 'peer', ratio: 0.352, lowest: 0.3, highest: 0.4, value: '20,700' })
    const plot = { title: 'Deliveries', groups: [{ name: 'pairs', bars: [one({}), peer] }] }
    const svg = barPlot({ ...plot, better: 'higher' })
    expect(svg).toContain('Further right is better.')
    expect(svg).toContain('peer: 0.35 × (0.3 × – 0.4 ×); 20,700')
    expect(svg).toContain('0.35 × · 20,700')
    expect(barPlot({ ...plot, better: 'lower' })).toContain('Further left is better.')
    expect(ratioText(1234)).toBe('1,200 ×')
    expect(ratioText(0.00123)).toBe('0.0012 ×')
  })
})
