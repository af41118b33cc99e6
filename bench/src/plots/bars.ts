/** Ratios as bars that begin at ours: to the right is more, to the left less, and twice as far as half. */
import { logScale, tickText } from './scale.ts'
import { drawing, element, text, title } from './svg.ts'

export interface BarPlot {
  readonly title: string
  /** What a bar to the right means: that it is better, or worse. */
  readonly better: 'higher' | 'lower'
  readonly groups: readonly BarGroup[]
}

export interface BarGroup {
  readonly name: string
  readonly bars: readonly Bar[]
}

export interface Bar {
  readonly name: string
  readonly role: Role
  /** To the median of ours, all above zero. */
  readonly ratio: number
  readonly lowest: number
  readonly highest: number
  /** What was measured, with its unit. */
  readonly value: string
}

export type Role = 'ours' | 'peer' | 'limit'

const width = 760
const left = 150
const right = 190
const barHeight = 18
const pitch = 26
const groupHead = 30
const top = 62
const bottom = 40
const leastSpan = 4
const colours: Readonly<Record<Role, number>> = { ours: 0, peer: 1, limit: 5 }

export function barPlot(plot: BarPlot): string {
  const bars = plot.groups.flatMap((group) => group.bars)
  const values = bars.flatMap(({ ratio, lowest, highest }) => [ratio, lowest, highest])
  const scale = logScale({ values: [1, ...values], from: left, to: width - right, span: leastSpan })
  const height = top + bottom + plot.groups.length * groupHead + bars.length * pitch
  const foot = height - bottom
  const parts = [
    text(plot.title, { class: 'head', x: 16, y: 26 }),
    text(
      `Parley is 1. ${plot.better === 'higher' ? 'Further right is better.' : 'Further left is better.'}`,
      {
        class: 'soft',
        x: 16,
        y: 46,
      },
    ),
    ...scale.ticks.flatMap((tick) => [
      element('line', { class: 'rule', x1: scale.place(tick), x2: scale.place(tick), y1: top, y2: foot }),
      text(`${tickText(tick)} ×`, {
        class: 'soft',
        x: scale.place(tick),
        y: foot + 20,
        'text-anchor': 'middle',
      }),
    ]),
  ]
  parts.push(element('line', { class: 'range', x1: scale.place(1), x2: scale.place(1), y1: top, y2: foot }))
  let y = top
  for (const group of plot.groups) {
    parts.push(text(group.name, { x: 16, y: y + 20 }))
    y += groupHead
    for (const bar of group.bars) {
      parts.push(drawBar(bar, y, scale.place))
      y += pitch
    }
  }
  return drawing({ width, height, title: plot.title, description: describe(plot), parts })
}

function drawBar(bar: Bar, y: number, place: (value: number) => number): string {
  const { name, role, ratio, lowest, highest, value } = bar
  const from = Math.min(place(1), place(ratio))
  const to = Math.max(place(1), place(ratio))
  const middle = y + barHeight / 2
  const at = colours[role]
  const told = `${ratioText(ratio)} (${ratioText(lowest)} – ${ratioText(highest)})`
  return element(
    'g',
    {},
    title(`${name}: ${told}; ${value}`),
    text(name, { x: left - 10, y: middle + 4, 'text-anchor': 'end' }),
    // Ours has no length, and is there.
    element('rect', { class: `f${at}`, x: from - 1.5, y, width: to - from + 3, height: barHeight, rx: 2 }),
    element('line', { class: 'range', x1: place(lowest), x2: place(highest), y1: middle, y2: middle }),
    text(`${ratioText(ratio)} · ${value}`, { class: 'soft', x: width - right + 12, y: middle + 4 }),
  )
}

/** Two digits that count: 0.35 ×, 12 ×. */
export function ratioText(ratio: number): string {
  return `${tickText(Number(ratio.toPrecision(2)))} ×`
}

function describe({ groups }: BarPlot): string {
  const told = groups.map(({ name, bars }) => {
    const values = bars.map((bar) => `${bar.name} ${ratioText(bar.ratio)} (${bar.value})`)
    return `${name}: ${values.join(', ')}`
  })
  return `${told.join('. ')}.`
}
