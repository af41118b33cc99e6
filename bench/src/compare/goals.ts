/**
 * The goals of `pnpm bench relay --quick`: of each, which figure of which scenario it is, and what it is held against. A bound is a
 * ratio to a peer or a limit of the same run, unless nobody stands beside it. Rules BE22 and BE23.
 */
import type { ContenderName } from './contender.ts'
import { readingFigure, readingOf } from './reading/scenarios.ts'
import { liveFigures, liveShapes } from './scenarios/live.ts'
import { loneFigures } from './scenarios/lone.ts'
import { presenceFigures } from './scenarios/presence.ts'
import { weightFigures } from './scenarios/weight.ts'

/** A median of a series. */
export interface Which {
  readonly scenario: string
  readonly of: string
  readonly name: string
}

/** What ours must be, at least or at most: so many times somebody else's figure, or this value itself. */
export type Bound =
  | { readonly times: number; readonly with: ContenderName; readonly which?: Which }
  | { readonly times: number; readonly ownOf: Which }
  | { readonly value: number }

export interface Condition {
  readonly which: Which
  readonly better: 'more' | 'less'
  readonly floors: readonly Bound[]
  readonly aims: readonly Bound[]
}

export interface Goal {
  readonly goal: string
  /** The first is the one that is told; all of them are to hold. */
  readonly conditions: readonly [Condition, ...Condition[]]
  /** Whose best figure of the first condition is told, and of what when not of the same. */
  readonly peers: readonly ContenderName[]
  readonly peersWhich?: Which
  readonly limit: ContenderName | undefined
}

const bare = 'bare-ws-sqlite'
const times = (count: number, name: ContenderName, which?: Which): Bound => ({
  times: count,
  with: name,
  ...(which === undefined ? {} : { which }),
})

export const goals: readonly Goal[] = [
  rate(
    'G1',
    'pairs',
    [times(2.48, 'y-websocket'), times(0.5, bare)],
    [times(3.44, 'y-websocket'), times(0.7, bare)],
  ),
  rate(
    'G2',
    'crowd',
    [times(1.06, 'hocuspocus'), times(0.58, bare)],
    [times(1.4, 'hocuspocus'), times(0.8, bare)],
  ),
  rate(
    'G3',
    'town',
    [times(1.48, 'y-websocket'), times(0.67, bare)],
    [times(1.85, 'y-websocket'), times(0.85, bare)],
  ),
  {
    goal: 'G4',
    peers: ['hocuspocus'],
    limit: bare,
    conditions: [
      less(pace('town', 'p99'), [times(1 / 25, 'hocuspocus'), times(1.4, bare)], [times(0.75, bare)]),
      less(pace('town', 'p50'), [times(2.8, bare)], []),
      less(pace('pairs', 'p50'), [times(2.8, bare)], []),
      less(pace('pairs', 'p99'), [times(3.3, bare)], []),
    ],
  },
  {
    goal: 'G5',
    peers: ['hocuspocus-wide'],
    limit: bare,
    conditions: [
      less(catchUp('server'), [times(0.3, 'hocuspocus-wide'), times(2.2, bare)], [times(1.47, bare)]),
      less(catchUp('seconds'), [times(0.55, 'hocuspocus-wide')], []),
      less(catchUp('bytesIn'), [times(1.2, bare)], []),
      less(catchUp('frames'), [times(1 / 700, 'hocuspocus-wide')], []),
      less(catchUp('sockets'), [{ value: 1 }], []),
    ],
  },
  {
    goal: 'G6',
    peers: ['y-websocket'],
    limit: bare,
    conditions: [
      less(list('seconds'), [times(1 / 8, 'y-websocket'), times(4.1, bare)], [times(2.2, bare)]),
      less(list('bytesIn'), [times(1 / 120, 'y-websocket'), times(1.5, bare)], []),
    ],
  },
  {
    goal: 'G7',
    peers: ['y-websocket'],
    peersWhich: screen('longWhole', 'seconds'),
    limit: bare,
    conditions: [
      less(
        screen('longScreen', 'seconds'),
        [
          times(1 / 16, 'y-websocket', screen('longWhole', 'seconds')),
          times(6.6, bare),
          { times: 1.5, ownOf: screen('shortScreen', 'seconds') },
        ],
        [times(3.3, bare)],
      ),
      less(
        screen('longScreen', 'bytesIn'),
        [times(1 / 900, 'y-websocket', screen('longWhole', 'bytesIn')), times(1.9, bare)],
        [],
      ),
    ],
  },
  {
    goal: 'G8',
    peers: ['hocuspocus', 'y-websocket'],
    limit: bare,
    conditions: [
      less(lost('burst'), [{ value: 0 }], [{ value: 0 }]),
      less(lost('spread'), [{ value: 0 }], [{ value: 0 }]),
    ],
  },
  {
    goal: 'G9',
    peers: ['hocuspocus'],
    limit: bare,
    conditions: [
      less(
        { scenario: 'weight', of: weightFigures.own, name: weightFigures.memory },
        [times(1 / 7, 'hocuspocus'), times(2.1, bare)],
        [times(1.25, bare)],
      ),
    ],
  },
  {
    goal: 'G10',
    peers: ['hocuspocus'],
    limit: bare,
    conditions: [
      less(
        append('long', 'written'),
        [times(1 / 900, 'hocuspocus'), times(1.7, bare)],
        [{ times: 1.05, ownOf: append('short', 'written') }],
      ),
      // Of many, since a lone one is counted in whole pages of memory.
      less(append('long', 'steadyWritten'), [{ times: 1.2, ownOf: append('short', 'steadyWritten') }], []),
      less(append('long', 'steadyCpu'), [{ times: 1.2, ownOf: append('short', 'steadyCpu') }], []),
    ],
  },
  {
    goal: 'G11',
    peers: ['hocuspocus'],
    limit: bare,
    conditions: [
      less(
        { scenario: 'bundle', of: 'the core', name: 'gzip' },
        [times(1.2, 'hocuspocus'), times(1.6, bare)],
        [{ value: 45_000 }],
      ),
    ],
  },
  {
    goal: 'G12',
    peers: ['hocuspocus', 'y-websocket'],
    limit: undefined,
    conditions: [
      less(
        { scenario: 'presence', of: presenceFigures.spread, name: presenceFigures.frames },
        [times(1 / 4, 'hocuspocus'), { value: 20 }],
        [{ value: 5 }],
      ),
    ],
  },
]

function rate(
  goal: string,
  shape: keyof typeof liveShapes,
  floors: readonly Bound[],
  aims: readonly Bound[],
): Goal {
  const which = { scenario: `live-${shape}`, of: liveShapes[shape].name, name: liveFigures.perCpuSecond }
  const peers = shape === 'crowd' ? (['hocuspocus'] as const) : (['y-websocket'] as const)
  return { goal, peers, limit: bare, conditions: [{ which, better: 'more', floors, aims }] }
}

function less(which: Which, floors: readonly Bound[], aims: readonly Bound[]): Condition {
  return { which, better: 'less', floors, aims }
}

function pace(shape: keyof typeof liveShapes, name: string): Which {
  return { scenario: `pace-${shape}`, of: liveShapes[shape].name, name }
}

function catchUp(name: keyof typeof readingFigure): Which {
  return { scenario: 'catch-up', of: readingOf.atHand, name: readingFigure[name] }
}

function list(name: keyof typeof readingFigure): Which {
  return { scenario: 'cold-start', of: readingOf.list, name: readingFigure[name] }
}

function screen(of: keyof typeof readingOf, name: keyof typeof readingFigure): Which {
  return { scenario: 'open-long', of: readingOf[of], name: readingFigure[name] }
}

function lost(of: string): Which {
  return { scenario: 'kill', of, name: 'lost' }
}

function append(of: 'short' | 'long', name: keyof typeof loneFigures): Which {
  return { scenario: 'lone', of: loneFigures[of], name: loneFigures[name] }
}
