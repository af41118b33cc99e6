/** How times are written. `zone` is given by tests only; everybody else means the device's. */

export interface TimeStyle {
  readonly locale?: string
  readonly zone?: string
}

/** Weekdays and months stand among English words; digits follow the device's habit. */
const words: TimeStyle = { locale: 'en-GB' }

/** 14:05, or 2:05 PM where people write it so. */
export function clockTime(time: number, style: TimeStyle = {}): string {
  return format(time, { hour: 'numeric', minute: '2-digit' }, style)
}

/** In the list of conversations: the time today, else the day. */
export function listTime(time: number, now: number, style: TimeStyle = {}): string {
  const days = daysBetween(time, now, style)
  if (days <= 0) return clockTime(time, style)
  if (days === 1) return 'Yesterday'
  if (days < 7) return format(time, { weekday: 'short' }, { ...words, ...style })
  return format(
    time,
    { day: 'numeric', month: 'short', ...otherYear(time, now, style) },
    { ...words, ...style },
  )
}

/** Above the messages of a day. */
export function dayLabel(time: number, now: number, style: TimeStyle = {}): string {
  const days = daysBetween(time, now, style)
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  const options = { weekday: 'long', day: 'numeric', month: 'long', ...otherYear(time, now, style) } as const
  return format(time, options, { ...words, ...style })
}

/** A key that two times share when they fall on one day. */
export function dayOf(time: number, style: TimeStyle = {}): string {
  return new Intl.DateTimeFormat('en-CA', { ...zoneOf(style), dateStyle: 'short' }).format(time)
}

function daysBetween(time: number, now: number, style: TimeStyle): number {
  return Math.round((Date.parse(dayOf(now, style)) - Date.parse(dayOf(time, style))) / 86_400_000)
}

function otherYear(time: number, now: number, style: TimeStyle): Intl.DateTimeFormatOptions {
  return dayOf(time, style).slice(0, 4) === dayOf(now, style).slice(0, 4) ? {} : { year: 'numeric' }
}

function format(time: number, options: Intl.DateTimeFormatOptions, style: TimeStyle): string {
  return new Intl.DateTimeFormat(style.locale, { ...options, ...zoneOf(style) }).format(time)
}

function zoneOf(style: TimeStyle): Intl.DateTimeFormatOptions {
  return style.zone === undefined ? {} : { timeZone: style.zone }
}
