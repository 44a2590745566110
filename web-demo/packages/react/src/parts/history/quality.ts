import type { Quality } from '@lectern/client';

export interface CallQuality {
  bars: Quality;
  text: string;
}

const WORST = { below: 1, bars: 1, text: 'Often interrupted' } as const;

/** What a share of lost packets sounded and looked like. */
const QUALITIES = [
  { below: 0.01, bars: 4, text: 'Clear all the way' },
  { below: 0.03, bars: 3, text: 'Good, briefly softer' },
  { below: 0.08, bars: 2, text: 'Choppy at times' },
  WORST,
] as const;

/** How clear a call was, by the worst of its connections; null where none is known. */
export function qualityOf(losses: readonly (number | null)[]): CallQuality | null {
  const known = losses.filter((loss) => loss !== null);
  if (known.length === 0) return null;
  const worst = Math.max(...known);
  return QUALITIES.find(({ below }) => worst < below) ?? WORST;
}
