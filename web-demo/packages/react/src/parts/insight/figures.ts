import type { Figures } from '@lectern/client';
import type { PlotName } from '../../kit/Plot.tsx';

type LeadTime = Figures['cancelled']['leadTimes'][number];

/** A figure, and what became of it since the time before. */
export interface Headline {
  label: string;
  value: string;
  change: string;
  tone: 'good' | 'bad' | 'same';
}

/** `3,482` */
export const number = (value: number): string => new Intl.NumberFormat('en-GB').format(value);
/** `96.4 %` */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
/** `165 h` */
export const hours = (value: number): string =>
  `${new Intl.NumberFormat('en-GB', { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)} h`;

/** What a lead time is called: `1–12 h`, 1 to 12 hours before. */
export function leadTime({ atLeast, below }: LeadTime): PlotName {
  if (atLeast === null) return { short: 'After', long: 'After the start' };
  const [from, to] = [atLeast / 60, below === null ? null : below / 60];
  const [unit, word, size] = (to ?? from) > 24 ? ['d', 'days', 24] : ['h', 'hours', 1];
  const [least, most] = [from / size, to === null ? null : to / size];
  if (most === null) return { short: `${least}+ ${unit}`, long: `${least} ${word} or more` };
  if (least === 0) return { short: `< ${most} ${unit}`, long: `Less than ${most} hour` };
  return { short: `${least}–${most} ${unit}`, long: `${least} to ${most} ${word}` };
}

/** The share of lessons that ended in some way; null where none ended. */
export function shareOf(figures: Figures, part: (figures: Figures) => number): number | null {
  const ended = figures.completed + figures.cancelled.total + figures.noShows.total;
  return ended === 0 ? null : part(figures) / ended;
}

/** What a time comes to, beside the time before it. */
export function headlines(now: Figures, before: Figures | null): Headline[] {
  const noShow = (figures: Figures) => shareOf(figures, ({ noShows }) => noShows.total);
  return [
    {
      label: 'Lessons held',
      value: number(now.completed),
      ...more(now.completed, before?.completed ?? null),
    },
    {
      label: 'Held as booked',
      value: share(now.completionRate),
      ...points(now.completionRate, before?.completionRate ?? null, 'up'),
    },
    {
      label: 'Nobody came',
      value: share(noShow(now)),
      ...points(noShow(now), before && noShow(before), 'down'),
    },
    {
      label: 'Sound and picture lost',
      value: share(now.quality.lossRate),
      ...points(now.quality.lossRate, before?.quality.lossRate ?? null, 'down'),
    },
    {
      label: 'Rating',
      value: now.ratings.average === null ? '–' : now.ratings.average.toFixed(1),
      change: `from ${number(now.ratings.count)} ${now.ratings.count === 1 ? 'review' : 'reviews'}`,
      tone: 'same',
    },
  ];
}

function share(value: number | null): string {
  return value === null ? '–' : percent(value);
}

type Change = Pick<Headline, 'change' | 'tone'>;
const NOTHING: Change = { change: 'nothing to compare with', tone: 'same' };
const SAME: Change = { change: 'as before', tone: 'same' };

function more(now: number, before: number | null): Change {
  if (before === null || before === 0) return NOTHING;
  const change = Math.round(((now - before) / before) * 100);
  if (change === 0) return SAME;
  return change > 0
    ? { change: `${change} % more than before`, tone: 'good' }
    : { change: `${-change} % fewer than before`, tone: 'bad' };
}

function points(now: number | null, before: number | null, better: 'up' | 'down'): Change {
  if (now === null || before === null) return NOTHING;
  const change = (now - before) * 100;
  if (Math.abs(change) < 0.05) return SAME;
  const good = change > 0 === (better === 'up');
  const size = Math.abs(change).toFixed(1);
  return { change: `${size} points ${good ? 'better' : 'worse'}`, tone: good ? 'good' : 'bad' };
}
