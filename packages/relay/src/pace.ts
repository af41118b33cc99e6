/** How fast a session says what is not answered: by the clock's seconds, as they come. */
export interface Pace {
  readonly since: number
  readonly count: number
}

export const restful: Pace = { since: 0, count: 0 }

/** With one more. */
export function paced(pace: Pace, now: number): Pace {
  return isFresh(pace, now) ? { ...pace, count: pace.count + 1 } : { since: now, count: 1 }
}

export function isFresh({ since }: Pace, now: number): boolean {
  return now >= since && now < since + 1000
}
