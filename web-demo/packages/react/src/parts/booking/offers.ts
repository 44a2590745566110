import { addDays, type FreeTime, minutesOf, type Session, wallClock } from '@lectern/client';

/** A time at which a lesson can begin, or a group lesson, on the clock that is shown. */
export interface Offer {
  /** What tells it from others. */
  key: string;
  /** The group lesson that begins then. */
  group: Session | null;
  /** Its first instant, RFC 3339 UTC. */
  start: string;
  /** What the clock shows then, with its offset. */
  localStart: string;
  /** `10:30` */
  time: string;
}

/** Parts of a day, by the time at which a lesson begins. */
export const PARTS = [
  { id: 'morning', text: 'Morning', from: '00:00', to: '12:00' },
  { id: 'afternoon', text: 'Afternoon', from: '12:00', to: '17:00' },
  { id: 'evening', text: 'Evening', from: '17:00', to: '24:00' },
] as const;

export type DayPart = (typeof PARTS)[number];

/** The seven dates of a week. */
export function weekOf(monday: string): string[] {
  return Array.from({ length: 7 }, (_, day) => addDays(monday, day));
}

/**
 * Free times by their date. The server's rendering of the clock goes first:
 * its zone rules are newer than many browsers'.
 */
export function byDate(
  slots: readonly FreeTime[],
  groups: readonly Session[],
  days: readonly string[],
  zone: string,
): ReadonlyMap<string, readonly Offer[]> {
  const dates = new Map<string, Offer[]>(days.map((date) => [date, []]));
  const put = (date: string, offer: Offer) => dates.get(date)?.push(offer);
  for (const { start, localStart } of slots) {
    const rendered = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(localStart);
    const clock = wallClock(start, zone);
    const time = rendered?.[2] ?? clock.time;
    put(rendered?.[1] ?? clock.date, { key: start, group: null, start, localStart, time });
  }
  for (const group of groups) {
    const { date, time } = wallClock(group.scheduledAt, zone);
    const start = group.scheduledAt;
    put(date, { key: group.id, group, start, localStart: start, time });
  }
  for (const some of dates.values()) some.sort((a, b) => a.start.localeCompare(b.start));
  return dates;
}

export function within(part: DayPart, offers: readonly Offer[]): readonly Offer[] {
  return offers.filter(({ time }) => time >= part.from && time < part.to);
}

/** The part of the day in which most of a week's times are. */
export function fullest(offers: readonly Offer[]): DayPart {
  return PARTS.reduce((best, part) =>
    within(part, offers).length > within(best, offers).length ? part : best,
  );
}

/** More times than this in a part of a day are too many to choose from. */
const TOO_MANY = 10;

/**
 * Times with so much room between them that no part of a day has too many:
 * all, or the first of each half hour, or of each hour.
 */
export function thinned(
  days: ReadonlyMap<string, readonly Offer[]>,
): ReadonlyMap<string, readonly Offer[]> {
  const most = (some: ReadonlyMap<string, readonly Offer[]>) =>
    Math.max(
      0,
      ...[...some.values()].flatMap((on) => PARTS.map((part) => within(part, on).length)),
    );
  const halves = most(days) <= TOO_MANY ? days : firstOfEach(30, days);
  return most(halves) <= TOO_MANY ? halves : firstOfEach(60, days);
}

function firstOfEach(minutes: number, days: ReadonlyMap<string, readonly Offer[]>) {
  const slice = ({ time }: Offer) => Math.floor(minutesOf(time) / minutes);
  return new Map(
    [...days].map(([date, on]) => [
      date,
      on.filter((offer, index) => {
        const before = on[index - 1];
        return offer.group !== null || before === undefined || slice(before) !== slice(offer);
      }),
    ]),
  );
}

/** Two other times, as near as can be to the one that has gone. */
export function nearest(slots: readonly FreeTime[], taken: string, duration: number): string[] {
  const distance = (start: string) => Math.abs(Date.parse(start) - Date.parse(taken));
  const apart = slots.map(({ start }) => start).filter((start) => start !== taken);
  const [first] = apart.toSorted((a, b) => distance(a) - distance(b));
  if (first === undefined) return [];
  // The second one is a true alternative: it does not overlap the first.
  const second = apart
    .filter((start) => Math.abs(Date.parse(start) - Date.parse(first)) >= duration * 60_000)
    .toSorted((a, b) => distance(a) - distance(b))[0];
  return second === undefined ? [first] : [first, second].toSorted();
}
