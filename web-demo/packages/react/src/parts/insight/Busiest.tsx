import { addDays } from '@lectern/client';
import type { CSSProperties } from 'react';
import { plural, shortWeekday, weekday } from '../../text/format.ts';

/** A Monday, to name the days by. */
const MONDAY = '2026-01-05';
/** Hours that are drawn when nothing lies outside of them. */
const USUAL = { from: 8, to: 21 } as const;

/** Lessons by weekday and hour: the more there were, the darker. */
export function Busiest({ hours }: { hours: readonly (readonly number[])[] }) {
  const most = Math.max(1, ...hours.flat());
  const used = hours.flatMap((day) => day.flatMap((count, hour) => (count > 0 ? [hour] : [])));
  const from = Math.min(USUAL.from, ...used);
  const to = Math.max(USUAL.to, ...used.map((hour) => hour + 1));
  const shown = Array.from({ length: to - from }, (_, index) => from + index);
  const days = Array.from({ length: 7 }, (_, day) => addDays(MONDAY, day));
  return (
    <section className="l-card l-plot" aria-labelledby="busiest">
      <header>
        <h2 id="busiest">Busiest hours</h2>
      </header>
      <table className="l-busiest">
        <thead>
          <tr>
            <td />
            {shown.map((hour) => (
              <th key={hour} scope="col" className="l-time">
                {String(hour).padStart(2, '0')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.map((date, day) => (
            <tr key={date}>
              <th scope="row">
                <span aria-hidden="true">{shortWeekday(date)}</span>
                <span className="l-hidden">{weekday(date)}</span>
              </th>
              {shown.map((hour) => {
                const count = hours[day]?.[hour] ?? 0;
                return (
                  <td
                    key={hour}
                    title={`${weekday(date)} ${hour}:00, ${count} ${plural(count, 'lesson')}`}
                    style={{ '--much': String(count / most) } as CSSProperties}
                  >
                    <span className="l-hidden">{count}</span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
