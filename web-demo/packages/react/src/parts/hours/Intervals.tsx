import { parseTime } from '@internationalized/date';
import type { Interval } from '@lectern/client';
import { Plus, X } from 'lucide-react';
import { Button } from '../../kit/Button.tsx';
import { HourField } from '../../kit/DateFields.tsx';
import { fault, nextInterval } from './draft.ts';

/** As many as fit a day with sense; the server takes more. */
const MOST = 6;

interface IntervalsProps {
  /** Whose hours they are: "Monday". */
  of: string;
  intervals: readonly Interval[];
  onChange: (intervals: Interval[]) => void;
}

/** From when to when, once or more often in a day. */
export function Intervals({ of, intervals, onChange }: IntervalsProps) {
  const wrong = fault(intervals);
  const another = intervals.length < MOST ? nextInterval(intervals) : null;
  const change = (index: number, part: Partial<Interval>) =>
    onChange(intervals.map((each, at) => (at === index ? { ...each, ...part } : each)));
  return (
    <div className="l-intervals" role="group" aria-label={`Hours of ${of}`}>
      {intervals.map((interval, index) => (
        <div key={index} className="l-interval" data-invalid={wrong !== null || undefined}>
          <HourField
            label={`${of}, from`}
            labelHidden
            value={parseTime(interval.from)}
            onChange={(time) => change(index, { from: time.toString().slice(0, 5) })}
          />
          <span aria-hidden="true">–</span>
          <HourField
            label={`${of}, to`}
            labelHidden
            // Midnight at the day's end is 24:00, which clocks show as 00:00.
            value={parseTime(interval.to === '24:00' ? '00:00' : interval.to)}
            onChange={(time) => {
              const to = time.toString().slice(0, 5);
              change(index, { to: to === '00:00' ? '24:00' : to });
            }}
          />
          <Button
            kind="ghost"
            size="small"
            icon
            aria-label={`Remove ${interval.from} to ${interval.to} on ${of}`}
            onClick={() => onChange(intervals.filter((_, at) => at !== index))}
          >
            <X aria-hidden />
          </Button>
          {another && index === intervals.length - 1 && (
            <Button
              kind="ghost"
              size="small"
              icon
              aria-label={`More hours on ${of}`}
              onClick={() => onChange([...intervals, another])}
            >
              <Plus aria-hidden />
            </Button>
          )}
        </div>
      ))}
      {wrong && (
        <p className="l-field-error" role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}
