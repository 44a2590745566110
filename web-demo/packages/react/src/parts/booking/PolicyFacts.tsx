import { type Policy, wallClock } from '@lectern/client';
import { Info } from 'lucide-react';
import { lengthInWords, nearDay, weekday } from '../../text/format.ts';

interface PolicyFactsProps {
  policy: Policy;
  name: string;
  start: string | null;
  zone: string;
  now: number;
}

/** What the teacher's rules mean for this lesson. */
export function PolicyFacts({ policy, name, start, zone, now }: PolicyFactsProps) {
  return (
    <p className="l-panel-note">
      <Info aria-hidden />
      <span>
        {policy.requiresConfirmation
          ? `${name} confirms within ${lengthInWords(policy.confirmWithin)}.`
          : `${name} is told at once.`}{' '}
        {start !== null && <Deadline {...{ policy, start, zone, now }} />}
      </span>
    </p>
  );
}

function Deadline({
  policy,
  start,
  zone,
  now,
}: Omit<PolicyFactsProps, 'name' | 'start'> & { start: string }) {
  if (policy.cancelDeadline === 0) return 'Move or cancel freely until it begins.';
  const deadline = Date.parse(start) - policy.cancelDeadline * 60_000;
  if (deadline <= now) {
    return `Once booked it stays: it begins in under ${lengthInWords(policy.cancelDeadline)}.`;
  }
  const { date, time } = wallClock(deadline, zone);
  const near = nearDay(date, wallClock(now, zone).date);
  const day = near === 'Today' || near === 'Tomorrow' ? near.toLowerCase() : weekday(date);
  return (
    <>
      Move or cancel freely until {day} <span className="l-time">{time}</span>.
    </>
  );
}
