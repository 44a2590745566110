import { cityOf, type Teacher, wallClock } from '@lectern/client';
import { Timer } from 'lucide-react';
import { useLectern } from '../../hooks/context.ts';
import { useNow } from '../../hooks/time.ts';
import { Button } from '../../kit/Button.tsx';
import { countdown, dayMonth, firstName, shortWeekday, weekday } from '../../text/format.ts';
import type { Hold } from './useHold.ts';

interface ChosenTimeProps {
  teacher: Teacher;
  start: string;
  duration: number;
  zone: string;
  hold: Hold;
  onKeepAgain: () => void;
}

/** The chosen time on both clocks, and for how long it is kept. */
export function ChosenTime(props: ChosenTimeProps) {
  const { teacher, start, duration, zone } = props;
  const { zone: mine } = useLectern();
  const end = Date.parse(start) + duration * 60_000;
  const { date } = wallClock(start, zone);
  const clocks = [
    { who: 'You', zone: mine },
    { who: firstName(teacher.name), zone: teacher.timeZone },
  ];
  return (
    <>
      <Kept {...props} />
      <p className="l-display l-panel-day">
        {weekday(date)}
        <br />
        {dayMonth(date)}
      </p>
      <dl>
        {clocks.map((clock) => {
          const begins = wallClock(start, clock.zone);
          return (
            <div key={clock.who}>
              <dt>
                {clock.who}, {cityOf(clock.zone)}
              </dt>
              <dd className="l-time">
                {begins.time} – {wallClock(end, clock.zone).time}
                {begins.date !== date && ` ${shortWeekday(begins.date)}`}
              </dd>
            </div>
          );
        })}
      </dl>
    </>
  );
}

function Kept({ teacher, duration, hold, onKeepAgain }: ChosenTimeProps) {
  const left = useTimeKept(hold);
  if (left === null) {
    return (
      <p className="l-panel-length">
        {duration} minutes with {teacher.name}
      </p>
    );
  }
  if (left > 0) {
    return (
      <p className="l-panel-kept">
        <Timer aria-hidden />
        <span>
          Kept for you, <span className="l-time">{countdown(left)}</span>
        </span>
        <KeptAloud left={left} />
      </p>
    );
  }
  return (
    <p className="l-panel-kept l-panel-kept--over" role="status">
      <span>No longer kept for you.</span>
      <Button kind="board" size="small" onClick={onKeepAgain}>
        Keep it again
      </Button>
    </p>
  );
}

/** Told when it begins and when a minute is left; not with every second. */
function KeptAloud({ left }: { left: number }) {
  return (
    <span className="l-hidden" role="status">
      {left > 60_000 ? 'This time is kept for you.' : 'Kept for one more minute.'}
    </span>
  );
}

/** Milliseconds for which a time is still kept; null when it is not held. */
export function useTimeKept(hold: Hold): number | null {
  const now = useNow();
  return hold.state === 'kept' ? Math.max(0, hold.until - now) : null;
}
