import { addDays, cityOf, type Session, wallClock } from '@lectern/client';

/** How dates and spans of time are said. Clock times stay as `10:30`. */
const LOCALE = 'en-GB';

function part(date: string, options: Intl.DateTimeFormatOptions): string {
  const moment = new Date(`${date}T12:00:00Z`);
  return new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: 'UTC' }).format(moment);
}

/** `Tuesday` */
export const weekday = (date: string): string => part(date, { weekday: 'long' });
/** `Tue` */
export const shortWeekday = (date: string): string => part(date, { weekday: 'short' });
/** `24` */
export const dayNumber = (date: string): string => String(Number(date.slice(8)));
/** `November` */
export const monthName = (date: string): string => part(date, { month: 'long' });
/** `Nov` */
export const shortMonth = (date: string): string => part(date, { month: 'short' });
/** `November 2026` */
export const monthYear = (date: string): string => `${monthName(date)} ${date.slice(0, 4)}`;
/** `24 November` */
export const dayMonth = (date: string): string => `${dayNumber(date)} ${monthName(date)}`;
/** `24 Nov` */
export const shortDayMonth = (date: string): string => `${dayNumber(date)} ${shortMonth(date)}`;
/** `Tuesday 24 November` */
export const longDate = (date: string): string => `${weekday(date)} ${dayMonth(date)}`;
/** `Tue 24 Nov` */
export const shortDate = (date: string): string => `${shortWeekday(date)} ${shortDayMonth(date)}`;

/** `23 – 29 November`, or `30 November – 6 December` */
export function weekSpan(monday: string): string {
  const sunday = addDays(monday, 6);
  return monday.slice(5, 7) === sunday.slice(5, 7)
    ? `${dayNumber(monday)} – ${dayMonth(sunday)}`
    : `${dayMonth(monday)} – ${dayMonth(sunday)}`;
}

/** `Today`, `Tomorrow`, or the short weekday. */
export function nearDay(date: string, today: string): string {
  if (date === today) return 'Today';
  if (date === addDays(today, 1)) return 'Tomorrow';
  return shortWeekday(date);
}

/** When a lesson is, on the clocks of a zone. */
export interface LessonTimes {
  date: string;
  start: string;
  end: string;
}

/**
 * A lesson's times on the person's own clock. The server's rendering goes
 * first where it gave one: its zone rules are newer than many browsers'.
 */
export function lessonTimes(session: Session, zone: string): LessonTimes {
  const rendered = session.localStart?.match(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/);
  const ends = wallClock(session.endsAt, zone);
  if (rendered?.[1] && rendered[2])
    return { date: rendered[1], start: rendered[2], end: ends.time };
  const begins = wallClock(session.scheduledAt, zone);
  return { date: begins.date, start: begins.time, end: ends.time };
}

/** `09:30 in Lisbon` */
export function timeThere(instant: string, zone: string): string {
  return `${wallClock(instant, zone).time} in ${cityOf(zone)}`;
}

/** `11:42`, or `1:04:10` past an hour. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1_000));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

/** `8 minutes ago`, `Yesterday, 21:14`, `Sunday`, `12 November`. */
export function ago(instant: string, now: number, zone: string): string {
  const minutes = Math.floor((now - Date.parse(instant)) / 60_000);
  if (minutes < 1) return 'Just now';
  if (minutes < 60) return `${minutes} ${plural(minutes, 'minute')} ago`;
  const then = wallClock(instant, zone);
  const today = wallClock(now, zone).date;
  if (then.date === today) return `Today, ${then.time}`;
  if (then.date === addDays(today, -1)) return `Yesterday, ${then.time}`;
  return then.date > addDays(today, -7) ? weekday(then.date) : dayMonth(then.date);
}

/** `in 12 min`, `in 3 h`, `in 2 days` */
export function untilShort(milliseconds: number): string {
  const minutes = Math.ceil(milliseconds / 60_000);
  if (minutes < 60) return `in ${minutes} min`;
  if (minutes < 24 * 60) return `in ${Math.round(minutes / 60)} h`;
  const days = Math.round(minutes / 1440);
  return `in ${days} ${plural(days, 'day')}`;
}

/** `a day`, `12 hours`, `45 minutes`: a length, given in minutes. */
export function lengthInWords(minutes: number): string {
  const units = [
    { one: 'week', of: 7 * 1440 },
    { one: 'day', of: 1440 },
    { one: 'hour', of: 60 },
    { one: 'minute', of: 1 },
  ];
  const unit = units.find(({ of }) => minutes >= of && minutes % of === 0);
  if (!unit) return 'no time';
  const count = minutes / unit.of;
  if (count === 1) return unit.one === 'hour' ? 'an hour' : `a ${unit.one}`;
  return `${count} ${unit.one}s`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many;
}

const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];

/** `Two lessons`, `12 lessons` */
export function counted(count: number, one: string, many?: string): string {
  return `${NUMBERS[count] ?? count} ${plural(count, one, many)}`;
}

/** What one calls somebody: the first word of the name. */
export function firstName(name: string): string {
  return name.split(' ')[0] ?? name;
}
