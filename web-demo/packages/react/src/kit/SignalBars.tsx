import type { Quality } from '@lectern/client';

const WORDS = ['nothing arrives', 'very weak', 'weak', 'good', 'clear'] as const;

/** How good a connection is, in four bars. */
export function SignalBars({ quality, of }: { quality: Quality; of: string }) {
  return (
    <span
      className="l-bars"
      data-quality={quality}
      role="img"
      aria-label={`${of}: ${WORDS[quality]}`}
    >
      {[1, 2, 3, 4].map((bar) => (
        <i key={bar} data-off={bar > Math.max(1, quality) || undefined} />
      ))}
    </span>
  );
}
