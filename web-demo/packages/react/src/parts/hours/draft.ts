import {
  type Availability,
  addDays,
  type Interval,
  minutesOf,
  type Weekday,
  weekdayIndex,
} from '@lectern/client';

export const WEEKDAYS: readonly Weekday[] = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
];

/** What a day begins with when it is opened. */
const USUAL: Interval = { from: '09:00', to: '17:00' };

/** The hours of a weekday, the earliest first. */
export function hoursOf(hours: Availability, day: Weekday): Interval[] {
  return hours.weekly
    .filter((each) => each.day === day)
    .map(({ from, to }) => ({ from, to }))
    .toSorted((a, b) => a.from.localeCompare(b.from));
}

/** The same hours with one weekday's in place of what they were. */
export function withDay(
  hours: Availability,
  day: Weekday,
  intervals: readonly Interval[],
): Availability {
  const weekly = WEEKDAYS.flatMap((each) =>
    (each === day ? intervals : hoursOf(hours, each)).map(({ from, to }) => ({
      day: each,
      from,
      to,
    })),
  );
  return { ...hours, weekly };
}

/** Another interval, after those that a day has. */
export function nextInterval(intervals: readonly Interval[]): Interval | null {
  const last = intervals.at(-1);
  if (!last) return USUAL;
  const from = minutesOf(last.to) + 60;
  if (from >= 24 * 60) return null;
  return { from: clock(from), to: clock(Math.min(from + 120, 24 * 60)) };
}

function clock(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** What is wrong with a day's hours, in a sentence; null when nothing is. */
export function fault(intervals: readonly Interval[]): string | null {
  if (intervals.some(({ from, to }) => from >= to)) return 'It should end after it begins.';
  const sorted = intervals.toSorted((a, b) => a.from.localeCompare(b.from));
  const overlap = sorted.some(
    (each, index) => index > 0 && each.from < (sorted[index - 1]?.to ?? ''),
  );
  return overlap ? 'Two of these overlap.' : null;
}

/** What is wrong with dates that are named; null when nothing is. */
export function datesFault({ exceptions, outOfOffice }: Availability): string | null {
  const dates = exceptions.map(({ date }) => date);
  if (new Set(dates).size < dates.length) return 'One date stands here twice.';
  if (exceptions.some(({ intervals }) => fault(intervals) !== null)) {
    return 'The hours of one date do not fit together.';
  }
  return outOfOffice.some(({ from, to }) => from > to)
    ? 'One time away ends before it begins.'
    : null;
}

/** Whether anything is wrong. */
export function sound(hours: Availability): boolean {
  return datesFault(hours) === null && WEEKDAYS.every((day) => fault(hoursOf(hours, day)) === null);
}

/** Why a date is as it is. */
export type DayKind = 'week' | 'exception' | 'away';

/** When one is open on a date, as the hours have it; lessons are not looked at. */
export function openOn(
  hours: Availability,
  date: string,
): { kind: DayKind; intervals: Interval[] } {
  if (hours.outOfOffice.some(({ from, to }) => from <= date && date <= to)) {
    return { kind: 'away', intervals: [] };
  }
  const exception = hours.exceptions.find((each) => each.date === date);
  if (exception) return { kind: 'exception', intervals: exception.intervals };
  const day = WEEKDAYS[weekdayIndex(date)] ?? 'monday';
  return { kind: 'week', intervals: hoursOf(hours, day) };
}

/** The first date from one on that no exception names. */
export function freeDate(hours: Availability, from: string): string {
  let date = from;
  while (hours.exceptions.some((each) => each.date === date)) date = addDays(date, 1);
  return date;
}
