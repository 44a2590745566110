import { wallClock } from '@lectern/client';
import { Select } from '../../kit/Select.tsx';
import { Switch } from '../../kit/Switch.tsx';
import { counted, weekday } from '../../text/format.ts';

/** How many lessons a series can have, as the page offers them. */
const COUNTS = [2, 3, 4, 6, 8, 10, 12] as const;
const USUAL = 6;

interface EveryWeekProps {
  start: string;
  zone: string;
  /** How many lessons, or null for one alone. */
  count: number | null;
  onChange: (count: number | null) => void;
}

/** Books the same hour week after week. */
export function EveryWeek({ start, zone, count, onChange }: EveryWeekProps) {
  const { date, time } = wallClock(start, zone);
  const lessons = counted(count ?? USUAL, 'lesson').toLowerCase();
  return (
    <div className="l-weekly">
      <Switch on={count !== null} onChange={(on) => onChange(on ? USUAL : null)}>
        <b>Every week</b>
        <span className="l-muted">
          {weekday(date)}s at <span className="l-time">{time}</span>, {lessons}
        </span>
      </Switch>
      {count !== null && (
        <Select
          label="How many lessons"
          options={COUNTS.map((each) => ({ id: String(each), text: counted(each, 'lesson') }))}
          value={String(count)}
          onChange={(id) => onChange(Number(id))}
        />
      )}
    </div>
  );
}
