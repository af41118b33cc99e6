/** Lines over a size, both axes logarithmic: what is flat looks flat, and twice is the same distance everywhere. */
import { plain } from '../table.ts'
import { logScale, tickText } from './scale.ts'
import { drawing, element, seriesColours, text, title } from './svg.ts'

export interface LinePlot {
  readonly title: string
  /** Of the two axes. */
  readonly across: string
  readonly up: string
  readonly series: readonly Series[]
}

export interface Series {
  readonly name: string
  readonly points: readonly Point[]
}

export interface Point {
  readonly size: number
  readonly median: number
  /** Of each run. */
  readonly values: readonly number[]
}

const width = 760
const height = 400
const left = 90
const right = 48
const top = 88
const bottom = 56
const leastSpan = 10

export function linePlot(plot: LinePlot): string {
  if (plot.series.length > seriesColours) throw new RangeError(`a plot has at most ${seriesColours} lines`)
  const shown = plot.series.map(({ name, points }) => ({ name, points: points.filter(onAxis) }))
  const all = shown.flatMap(({ points }) => points)
  const x = logScale({ values: all.map(({ size }) => size), from: left, to: width - right, span: 2 })
  const y = logScale({
    values: all.flatMap(({ values, median }) => [median, ...values]),
    from: height - bottom,
    to: top,
    span: leastSpan,
  })
  const sizes = [...new Set(all.map(({ size }) => size))].toSorted((a, b) => a - b)
  const parts = [
    text(plot.title, { class: 'head', x: 16, y: 26 }),
    ...legend(plot.series),
    text(plot.up, { class: 'soft', x: 16, y: top - 14 }),
    text(plot.across, { class: 'soft', x: width - right, y: height - 12, 'text-anchor': 'end' }),
    ...y.ticks.flatMap((tick) => [
      element('line', { class: 'rule', x1: left, x2: width - right, y1: y.place(tick), y2: y.place(tick) }),
      text(tickText(tick), { class: 'soft', x: left - 8, y: y.place(tick) + 4, 'text-anchor': 'end' }),
    ]),
    ...sizes.map((size) =>
      text(tickText(size), {
        class: 'soft',
        x: x.place(size),
        y: height - bottom + 20,
        'text-anchor': 'middle',
      }),
    ),
    ...shown.flatMap(({ name, points }, at) => {
      const places = points.map(({ size, median }) => [round(x.place(size)), round(y.place(median))])
      return [
        element('polyline', {
          class: `line l${at}`,
          points: places.map((place) => place.join(',')).join(' '),
        }),
        ...points.map((point) => dot(point, name, at, x.place(point.size), y.place)),
      ]
    }),
  ]
  return drawing({ width, height, title: plot.title, description: describe(plot), parts })
}

function dot(
  { size, median, values }: Point,
  name: string,
  at: number,
  x: number,
  y: (value: number) => number,
): string {
  const lowest = Math.min(...values)
  const highest = Math.max(...values)
  return element(
    'g',
    {},
    title(`${name}, ${tickText(size)}: ${plain(median)} (${plain(lowest)} – ${plain(highest)})`),
    element('line', { class: `l${at}`, x1: x, x2: x, y1: y(lowest), y2: y(highest) }),
    element('circle', { class: `f${at}`, cx: x, cy: y(median), r: 4 }),
  )
}

function legend(series: readonly Series[]): readonly string[] {
  let x = 16
  return series.flatMap(({ name }, at) => {
    const here = x
    x += 34 + name.length * 7.2
    return [
      element('rect', { class: `f${at}`, x: here, y: 40, width: 12, height: 12, rx: 2 }),
      text(name, { x: here + 18, y: 51 }),
    ]
  })
}

/** In words, for whoever cannot see it. Nothing at zero is drawn, and it is said here. */
function describe({ up, across, series }: LinePlot): string {
  const told = series.map(({ name, points }) => {
    const values = points.map(({ size, median }) => `${plain(median)} at ${tickText(size)}`)
    return `${name}: ${values.join(', ')}`
  })
  return `${up}, by ${across}. ${told.join('. ')}.`
}

function onAxis({ median, values }: Point): boolean {
  return median > 0 && values.every((value) => value > 0)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
