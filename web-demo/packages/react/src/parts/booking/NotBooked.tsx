import { ProblemError, wallClock } from '@lectern/client';
import { ArrowRightLeft } from 'lucide-react';
import { Button } from '../../kit/Button.tsx';
import { Refusal } from '../../kit/Refusal.tsx';
import { shortDate, shortWeekday } from '../../text/format.ts';

interface NotBookedProps {
  error: unknown;
  /** What one calls the teacher. */
  name: string;
  zone: string;
  /** Other times, near the one that has gone. */
  alternatives: readonly string[];
  onChoose: (start: string) => void;
}

/** Why a time was not kept or booked, and what to do instead. */
export function NotBooked({ error, name, zone, alternatives, onChoose }: NotBookedProps) {
  if (!(error instanceof ProblemError) || error.code !== 'slot_taken') {
    return <Refusal error={error} lead="It is not booked." why={whyNot(error, name)} />;
  }
  const met = error.problem.starts ?? [];
  if (met.length > 0) {
    return (
      <div className="l-banner l-banner--info l-panel-taken" role="alert">
        <ArrowRightLeft aria-hidden />
        <div>
          <strong>Not every week is free.</strong> One of you has something else on{' '}
          {met.map((start) => shortDate(wallClock(start, zone).date)).join(', ')}. Nothing is
          booked; choose fewer lessons or another time.
        </div>
      </div>
    );
  }
  return (
    <div className="l-banner l-banner--info l-panel-taken" role="alert">
      <ArrowRightLeft aria-hidden />
      <div>
        <strong>Someone was quicker.</strong>{' '}
        {alternatives.length > 0 ? `${name} is also free at:` : 'Choose another time.'}
        <div className="l-panel-others">
          {alternatives.map((other) => (
            <Button key={other} size="small" onClick={() => onChoose(other)}>
              <span className="l-time">
                {shortWeekday(wallClock(other, zone).date)} {wallClock(other, zone).time}
              </span>
            </Button>
          ))}
        </div>
      </div>
    </div>
  );
}

/** The teacher's rule that a time is against, in words. */
function whyNot(error: unknown, name: string): string | undefined {
  if (!(error instanceof ProblemError) || error.code !== 'outside_availability') return undefined;
  switch (error.problem.rule) {
    case 'minimumNotice':
      return `It is too soon for ${name} to prepare. Choose a later time.`;
    case 'bookingWindow':
      return `${name} does not take lessons so far ahead yet.`;
    case 'perDay':
      return `${name} has no room for another lesson that day.`;
    case 'perWeek':
      return `${name} has no room for another lesson that week.`;
    default:
      return `${name} does not teach then. Choose another time.`;
  }
}
