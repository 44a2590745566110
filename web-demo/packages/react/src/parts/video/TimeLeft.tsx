import { useNow } from '../../hooks/time.ts';
import { plural } from '../../text/format.ts';

interface TimeLeftProps {
  startsAt: string;
  endsAt: string;
}

/** Minutes at which the time left is said aloud. */
const SAID = [10, 5, 1];
/** How long before the end the mark stands. */
const MARK = 5 * 60_000;

/** How much of the lesson is left, as a ruler. */
export function TimeLeft({ startsAt, endsAt }: TimeLeftProps) {
  const now = useNow();
  const [start, end] = [Date.parse(startsAt), Date.parse(endsAt)];
  const part = (at: number) => Math.min(1, Math.max(0, (at - start) / (end - start))) * 100;
  const minutes = Math.ceil((end - now) / 60_000);
  const text =
    now < start
      ? `Begins in ${Math.ceil((start - now) / 60_000)} min`
      : minutes > 0
        ? `${minutes} min left`
        : 'Time is up';
  return (
    <div className="l-left">
      <span className="l-left-text">{text}</span>
      <span className="l-left-track" aria-hidden="true">
        <i style={{ inlineSize: `${part(now)}%` }} />
        <u style={{ insetInlineStart: `${part(end - MARK)}%` }} />
        <b style={{ insetInlineStart: `${part(now)}%` }} />
      </span>
      <span className="l-hidden" role="status">
        {SAID.includes(minutes) && now > start
          ? `${minutes} ${plural(minutes, 'minute')} left`
          : ''}
      </span>
    </div>
  );
}
