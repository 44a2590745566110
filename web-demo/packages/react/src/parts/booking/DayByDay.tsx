import { useState } from 'react';
import { dayMonth, dayNumber, plural, shortWeekday, weekday } from '../../text/format.ts';
import { PARTS, within } from './offers.ts';
import { SlotButton } from './SlotButton.tsx';
import type { DaysProps } from './WeekAtOnce.tsx';

/** From so many times on, a day has many. */
const MANY = 4;

/** A strip of days, and the times of one: for a narrow screen. */
export function DayByDay(props: DaysProps) {
  const { days, offers, today } = props;
  const [picked, setPicked] = useState<string | null>(null);
  const on = (date: string) => offers.get(date) ?? [];
  const wanted = [picked, props.chosenOn].find((date) => date && days.includes(date));
  const day = wanted ?? days.find((date) => on(date).length > 0) ?? days[0] ?? today;
  return (
    <>
      <ol className="l-week l-slots-strip">
        {days.map((date) => {
          const count = on(date).length;
          return (
            <li key={date}>
              <button
                type="button"
                aria-pressed={date === day}
                disabled={count === 0}
                aria-label={`${weekday(date)} ${dayMonth(date)}, ${count} ${plural(count, 'time')}`}
                onClick={() => setPicked(date)}
              >
                <span>{shortWeekday(date)}</span>
                <b>{dayNumber(date)}</b>
                <span className="l-slots-much" data-much={count >= MANY || undefined} />
              </button>
            </li>
          );
        })}
      </ol>
      <div className="l-slots-parts">
        {PARTS.map((part) => {
          const some = within(part, on(day));
          return some.length === 0 ? null : (
            <section key={part.id}>
              <h2>{part.text}</h2>
              <div>
                {some.map((offer) => (
                  <SlotButton key={offer.key} offer={offer} {...props} named />
                ))}
              </div>
            </section>
          );
        })}
      </div>
    </>
  );
}
