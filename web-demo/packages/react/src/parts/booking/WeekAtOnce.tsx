import { cityOf, minutesAhead, wallClock } from '@lectern/client';
import { useState } from 'react';
import { Segmented } from '../../kit/Segmented.tsx';
import { dayMonth, dayNumber, shortWeekday, weekday } from '../../text/format.ts';
import { fullest, type Offer, PARTS, within } from './offers.ts';
import { SlotButton } from './SlotButton.tsx';

/** A day with more times than this is shown a part at a time. */
const CROWDED = 9;

export interface DaysProps {
  days: readonly string[];
  offers: ReadonlyMap<string, readonly Offer[]>;
  today: string;
  zone: string;
  mine: string;
  /** The teacher's zone. */
  theirs: string;
  /** The key of what is chosen, and its date. */
  chosen: string | null;
  chosenOn: string | null;
  onChoose: (key: string) => void;
}

/** Seven days side by side. */
export function WeekAtOnce(props: DaysProps) {
  const { days, offers, today } = props;
  const all = [...offers.values()];
  const crowded = all.some((some) => some.length > CROWDED);
  const [picked, setPicked] = useState<string | null>(null);
  const part = PARTS.find(({ id }) => id === picked) ?? fullest(all.flat());
  const shown = (date: string) => {
    const some = offers.get(date) ?? [];
    return crowded ? within(part, some) : some;
  };
  return (
    <>
      {crowded && (
        <div className="l-slots-part">
          <Segmented label="Part of the day" options={PARTS} value={part.id} onChange={setPicked} />
        </div>
      )}
      <div className="l-slots-days">
        {days.map((date) => (
          <section key={date} aria-label={`${weekday(date)} ${dayMonth(date)}`}>
            <div
              className="l-slots-day"
              data-chosen={props.chosenOn === date || undefined}
              data-past={date < today || undefined}
            >
              <span>{date === today ? 'Today' : shortWeekday(date)}</span>
              <b>{dayNumber(date)}</b>
            </div>
            {shown(date).map((offer) => (
              <SlotButton key={offer.key} offer={offer} {...props} />
            ))}
            {shown(date).length === 0 && (
              <p className="l-slot-none">{date < today ? 'Past' : 'No time'}</p>
            )}
          </section>
        ))}
      </div>
      <Legend {...props} at={all.flat()[0]?.start ?? `${days[0]}T12:00:00Z`} />
    </>
  );
}

/** Whose time is which, by the example of six in the evening. */
function Legend({ zone, theirs, mine, offers, at }: DaysProps & { at: string }) {
  const groups = [...offers.values()].flat().some(({ group }) => group !== null);
  const ahead = minutesAhead(at, zone, theirs);
  const example = Date.parse('2026-01-01T18:00:00Z') + ahead * 60_000;
  return (
    <p className="l-slots-legend">
      <span>
        <b className="l-time">18:00</b> {zone === mine ? 'your time' : cityOf(zone)}
      </span>
      {theirs !== zone && (
        <span>
          <span className="l-time">{wallClock(example, 'UTC').time}</span> {cityOf(theirs)},{' '}
          {difference(ahead)}
        </span>
      )}
      {groups && (
        <span>
          <i className="l-slots-dashed" /> small group
        </span>
      )}
    </p>
  );
}

function difference(minutes: number): string {
  if (minutes === 0) return 'the same time';
  const hours = Math.abs(minutes) / 60;
  const words = hours === 1 ? 'one hour' : `${hours} hours`;
  return `${words} ${minutes > 0 ? 'ahead' : 'behind'}`;
}
