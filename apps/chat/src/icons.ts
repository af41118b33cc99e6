/** The page's icons: strokes on a grid of 24, in the colour of the text around them, hidden from screen readers. */

const paths = {
  plus: 'M12 5v14M5 12h14',
  back: 'M15 5l-7 7 7 7',
  people:
    'M16 20v-1.500a4 4 0 0 0-4-4H7a4 4 0 0 0-4 4V20M9.500 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7M21 20v-1.500a4 4 0 0 0-3-3.850M15.500 4.150a3.500 3.500 0 0 1 0 6.700',
  send: 'M5 12h13M12.500 6l6 6-6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7.500V12l3 2',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  checks: 'M2 12.500l4.500 4.500L16 7.500M12 16.500l.500.500L22 7.500',
  alert: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7.500v5.500M12 16.500v.01',
  close: 'M6 6l12 12M18 6L6 18',
  undo: 'M9 7L4.500 11.500 9 16M5 11.500h9a5 5 0 0 1 0 10h-2',
  cloud:
    'M7 18.500a4.500 4.500 0 0 1-.400-8.980 5.750 5.750 0 0 1 11.100 1.500 3.750 3.750 0 0 1-.200 7.480zM4 4l16 17',
  link: 'M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 0 0-5.700-5.700l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  reply: 'M9.500 6L4 11.500 9.500 17M4.500 11.500H13a7 7 0 0 1 7 7',
  pencil: 'M4.500 19.500l1-4.200L16.300 4.500l3.200 3.200L8.700 18.500zM14 7l3 3',
  mute: 'M12 4a2.500 2.500 0 0 1 2.500 2.500v5a2.500 2.500 0 0 1-5 0v-5A2.500 2.500 0 0 1 12 4M6 11.500a6 6 0 0 0 12 0M12 17.500V21M4 4l16 17',
  voice:
    'M12 4a2.500 2.500 0 0 1 2.500 2.500v5a2.500 2.500 0 0 1-5 0v-5A2.500 2.500 0 0 1 12 4M6 11.500a6 6 0 0 0 12 0M12 17.500V21',
  block: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M5.700 5.700l12.600 12.600',
  star: 'M12 4l2.450 5.130 5.600.720-4.100 3.900 1.020 5.560L12 16.600l-4.970 2.710 1.020-5.560-4.100-3.900 5.600-.720z',
  pin: 'M9 4h6l-.800 6 2.800 3v1.500H7V13l2.800-3zM12 14.500V20.500',
  bell: 'M6.500 17v-6a5.500 5.500 0 0 1 11 0v6l1.500 1H5zM10 20.500a2.200 2.200 0 0 0 4 0',
  hush: 'M6.500 17v-6a5.500 5.500 0 0 1 11 0v6l1.500 1H5zM10 20.500a2.200 2.200 0 0 0 4 0M4 4l16 17',
  hide: 'M3 12s3.300-6 9-6 9 6 9 6-3.300 6-9 6-9-6-9-6M12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5M4 4l16 17',
  bin: 'M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13M10.500 11v5.500M13.500 11v5.500',
  leave: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9',
} as const

export type IconName = keyof typeof paths

export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', `icon icon-${name}`)
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', paths[name])
  svg.append(path)
  return svg
}
