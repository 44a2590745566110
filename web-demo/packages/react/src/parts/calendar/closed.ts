import { addDays, type Availability, instantOf, startOfDay, wallClock } from '@lectern/client';
import { openOn } from '../hours/draft.ts';

/** A stretch of one day in which somebody does not teach, by a wall clock. */
export interface ClosedHours {
  /** `2026-11-24T00:00:00` */
  start: string;
  end: string;
}

/**
 * When one is closed from one date up to, but not on, another, by the clock of
 * `zone`: the hours may be meant on the clock of another.
 */
export function closedHours(
  hours: Availability,
  from: string,
  to: string,
  zone: string,
): ClosedHours[] {
  const open = openSpans(hours, addDays(from, -1), addDays(to, 1));
  const closed: ClosedHours[] = [];
  for (let date = from; date < to; date = addDays(date, 1)) {
    const ends = Date.parse(startOfDay(addDays(date, 1), zone));
    let at = Date.parse(startOfDay(date, zone));
    for (const span of [...open, { from: ends, to: ends }]) {
      if (span.to < at) continue;
      const until = Math.min(span.from, ends);
      if (until > at) closed.push({ start: clock(at, zone), end: clock(until, zone) });
      at = Math.max(at, span.to);
      if (at >= ends) break;
    }
  }
  return closed;
}

/** When the hours are open, in milliseconds since the epoch, the earliest first. */
function openSpans(hours: Availability, from: string, to: string) {
  const spans: { from: number; to: number }[] = [];
  const instant = (date: string, time: string) =>
    Date.parse(
      time === '24:00'
        ? startOfDay(addDays(date, 1), hours.timeZone)
        : instantOf({ date, time }, hours.timeZone),
    );
  for (let date = from; date <= to; date = addDays(date, 1)) {
    for (const interval of openOn(hours, date).intervals) {
      spans.push({ from: instant(date, interval.from), to: instant(date, interval.to) });
    }
  }
  return spans.sort((a, b) => a.from - b.from);
}

function clock(at: number, zone: string): string {
  const { date, time } = wallClock(at, zone);
  return `${date}T${time}:00`;
}
