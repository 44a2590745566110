import {
  CalendarDate,
  type DateDuration,
  fromAbsolute,
  parseDate,
  parseDateTime,
  parseTime,
  toCalendarDate,
  toZoned,
} from '@internationalized/date';

/** A moment as a clock on a wall shows it: ISO date and 24-hour time. */
export interface WallClock {
  /** `2026-11-24` */
  date: string;
  /** `10:30` */
  time: string;
}

/** What a clock in `zone` shows at an instant. */
export function wallClock(instant: string | number, zone: string): WallClock {
  const zoned = fromAbsolute(milliseconds(instant), zone);
  return {
    date: toCalendarDate(zoned).toString(),
    time: `${two(zoned.hour)}:${two(zoned.minute)}`,
  };
}

/** Minutes that a clock in `zone` is ahead of UTC at an instant. */
export function offsetMinutes(instant: string | number, zone: string): number {
  return fromAbsolute(milliseconds(instant), zone).offset / 60_000;
}

/** Minutes that a clock in `theirs` is ahead of one in `mine` at an instant. */
export function minutesAhead(instant: string | number, mine: string, theirs: string): number {
  return offsetMinutes(instant, theirs) - offsetMinutes(instant, mine);
}

/**
 * The instant at which a clock in `zone` shows a time, as RFC 3339 UTC. A time
 * that the clock skips moves forward by the gap; one that it shows twice means
 * the earlier, as the server has it.
 */
export function instantOf(clock: WallClock, zone: string): string {
  const local = parseDateTime(`${clock.date}T${clock.time}`);
  return toZoned(local, zone, 'compatible').toDate().toISOString().replace('.000Z', 'Z');
}

/** Whether the clock in `zone` ever shows this time on this date. */
export function exists(clock: WallClock, zone: string): boolean {
  const shown = wallClock(instantOf(clock, zone), zone);
  return shown.date === clock.date && shown.time === clock.time;
}

/** A date so many days, weeks or months later. */
export function addDays(date: string, amount: number): string {
  return shift(date, { days: amount });
}

export function addMonths(date: string, amount: number): string {
  return shift(date, { months: amount });
}

function shift(date: string, by: DateDuration): string {
  return parseDate(date).add(by).toString();
}

/** The Monday of the week that a date is in. */
export function mondayOf(date: string): string {
  return addDays(date, -weekdayIndex(date));
}

/** 0 for Monday to 6 for Sunday. */
export function weekdayIndex(date: string): number {
  const day = parseDate(date).toDate('UTC').getUTCDay();
  return (day + 6) % 7;
}

/** The first instant of a date in a zone: not always midnight. */
export function startOfDay(date: string, zone: string): string {
  return instantOf({ date, time: '00:00' }, zone);
}

/**
 * The times of a day at which a lesson could start: every `step` minutes
 * between two wall-clock times, without those that the clock skips.
 */
export function startTimes(
  date: string,
  zone: string,
  { from, to, step }: { from: string; to: string; step: number },
): string[] {
  const starts: string[] = [];
  for (let minute = minutesOf(from); minute < minutesOf(to); minute += step) {
    const clock = { date, time: `${two(Math.floor(minute / 60))}:${two(minute % 60)}` };
    if (exists(clock, zone)) starts.push(instantOf(clock, zone));
  }
  return starts;
}

/** The date on which a zone's clocks next change, within so many days. */
export function nextClockChange(date: string, zone: string, within = 183): string | null {
  let today = offsetMinutes(startOfDay(date, zone), zone);
  for (let day = 1; day <= within; day += 1) {
    const next = addDays(date, day);
    const offset = offsetMinutes(startOfDay(next, zone), zone);
    if (offset !== today) return addDays(next, -1);
    today = offset;
  }
  return null;
}

/** The city that names a zone: `America/New_York` is `New York`. */
export function cityOf(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** Minutes since midnight of `10:30`; `24:00` is the day's end. */
export function minutesOf(time: string): number {
  if (time === '24:00') return 24 * 60;
  const parsed = parseTime(time);
  return parsed.hour * 60 + parsed.minute;
}

/** A date from its parts; months count from 1. */
export function isoDate(year: number, month: number, day: number): string {
  return new CalendarDate(year, month, day).toString();
}

/** The browser's own zone. */
export function browserZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function milliseconds(instant: string | number): number {
  return typeof instant === 'number' ? instant : Date.parse(instant);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
