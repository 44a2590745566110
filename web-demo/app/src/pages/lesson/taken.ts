import { ProblemError, wallClock } from '@lectern/client';
import { shortDate } from '@lectern/react';

/** On which days of a series something else is in the way: `Sun 28 Mar, Sun 4 Apr`. */
export function takenOn(error: unknown, zone: string): string {
  const starts = error instanceof ProblemError ? (error.problem.starts ?? []) : [];
  return starts.map((start) => shortDate(wallClock(start, zone).date)).join(', ');
}
