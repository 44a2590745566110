import { addDays, type Lectern, type Session, startOfDay, startTimes } from '@lectern/client';

/** A time at which a lesson can begin. */
export interface FreeTime {
  /** Its first instant, RFC 3339 UTC. */
  start: string;
}

export interface FreeTimesRequest {
  teacher: string;
  /** The zone whose days are asked about. */
  zone: string;
  /** The first date, and how many of them. */
  from: string;
  days: number;
  /** Minutes. */
  duration: number;
  now: number;
}

/** The hours of a day that are offered, on the caller's own clock. */
const DAY = { from: '07:00', to: '21:00', step: 30 } as const;

/**
 * When a teacher may be free: every half hour of the day that is still to
 * come and does not meet a lesson of the caller's own. Whether the teacher is
 * free is the server's to say when the time is booked.
 */
export async function freeTimes(
  lectern: Lectern,
  { teacher, zone, from, days, duration, now }: FreeTimesRequest,
): Promise<FreeTime[]> {
  const lessons = await lectern.allSessions({
    from: startOfDay(addDays(from, -1), zone),
    to: startOfDay(addDays(from, days + 1), zone),
  });
  const taken = lessons.filter((lesson) => lesson.status !== 'cancelled').map(spanOf);
  const free: FreeTime[] = [];
  for (let day = 0; day < days; day += 1) {
    for (const start of startTimes(addDays(from, day), zone, DAY)) {
      const begins = Date.parse(start);
      const ends = begins + duration * 60_000;
      const met = taken.some((lesson) => lesson.begins < ends && begins < lesson.ends);
      if (begins > now && !met && teacher !== '') free.push({ start });
    }
  }
  return free;
}

function spanOf(lesson: Session): { begins: number; ends: number } {
  return { begins: Date.parse(lesson.scheduledAt), ends: Date.parse(lesson.endsAt) };
}
