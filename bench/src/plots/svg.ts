/**
 * A drawing as text: elements with attributes, nothing else. It brings its own ground and its own colours, for light and for
 * dark, so that it can be read wherever it is shown; words are text, so that they can be searched and read out.
 */

export type Attributes = Readonly<Record<string, string | number>>

/** `inner` is made of other elements, or of `text`. */
export function element(name: string, attributes: Attributes, ...inner: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(said(value))}"`)
  const open = `<${name}${written.join('')}`
  return inner.length === 0 ? `${open}/>` : `${open}>${inner.join('')}</${name}>`
}

export function text(words: string, attributes: Attributes): string {
  return element('text', attributes, escaped(words))
}

/** Shown when a pointer rests on what stands around it, and read out. */
export function title(words: string): string {
  return element('title', {}, escaped(words))
}

export interface Drawing {
  readonly width: number
  readonly height: number
  readonly title: string
  /** What can be seen, in words. */
  readonly description: string
  readonly parts: readonly string[]
}

/** As many as a plot has series at most. */
export const seriesColours = 6

const style = `
svg { --ground: #ffffff; --ink: #1f2328; --soft: #59636e; --rule: #d1d9e0;
  --s0: #0969da; --s1: #bc4c00; --s2: #1a7f37; --s3: #8250df; --s4: #cf222e; --s5: #57606a }
@media (prefers-color-scheme: dark) { svg { --ground: #0d1117; --ink: #f0f6fc; --soft: #9198a1; --rule: #3d444d;
  --s0: #58a6ff; --s1: #f0883e; --s2: #3fb950; --s3: #bc8cff; --s4: #ff7b72; --s5: #9198a1 } }
text { font: 13px system-ui, sans-serif; fill: var(--ink) }
.head { font-weight: 600; font-size: 15px }
.soft { fill: var(--soft) }
.rule { stroke: var(--rule); stroke-width: 1 }
.range { stroke: var(--ink); stroke-width: 1.5 }
.line { fill: none; stroke-width: 2 }
.ground { fill: var(--ground) }
${Array.from({ length: seriesColours }, (_, at) => `.f${at} { fill: var(--s${at}) } .l${at} { stroke: var(--s${at}) }`).join('\n')}
`

export function drawing({ width, height, title: name, description, parts }: Drawing): string {
  return `${element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' },
    title(name),
    element('desc', {}, escaped(description)),
    element('style', {}, style),
    element('rect', { class: 'ground', width, height }),
    '\n',
    parts.join('\n'),
    '\n',
  )}\n`
}

function escaped(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** Places to a tenth: nobody sees more, and the file changes less. */
function said(value: string | number): string {
  return typeof value === 'string' ? value : String(Math.round(value * 10) / 10)
}
