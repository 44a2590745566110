import type { Availability, Weekday } from '@lectern/client';
import { Copy } from 'lucide-react';
import { Menu } from '../../kit/Menu.tsx';
import { Switch } from '../../kit/Switch.tsx';
import { hoursOf, nextInterval, WEEKDAYS, withDay } from './draft.ts';
import { Intervals } from './Intervals.tsx';

interface WeekHoursProps {
  hours: Availability;
  onChange: (hours: Availability) => void;
}

/** The hours of an ordinary week, day by day. */
export function WeekHours({ hours, onChange }: WeekHoursProps) {
  return (
    <section className="l-card l-hours-card" aria-labelledby="hours-week">
      <header>
        <h2 id="hours-week">Every week</h2>
        <p className="l-muted">When a lesson may begin and end, on your own clock.</p>
      </header>
      <ul className="l-rows">
        {WEEKDAYS.map((day) => (
          <DayRow key={day} day={day} hours={hours} onChange={onChange} />
        ))}
      </ul>
    </section>
  );
}

function DayRow({ day, hours, onChange }: WeekHoursProps & { day: Weekday }) {
  const name = capital(day);
  const intervals = hoursOf(hours, day);
  const set = (next: typeof intervals) => onChange(withDay(hours, day, next));
  const usual = nextInterval([]);
  const copyTo = (days: readonly Weekday[]) =>
    onChange(days.reduce((all, each) => withDay(all, each, intervals), hours));
  return (
    <li className="l-hours-day">
      <Switch on={intervals.length > 0} first onChange={(on) => set(on && usual ? [usual] : [])}>
        {name}
      </Switch>
      {intervals.length > 0 ? (
        <Intervals of={name} intervals={intervals} onChange={set} />
      ) : (
        <p className="l-muted">Closed</p>
      )}
      <Menu
        label={`Copy the hours of ${name}`}
        actions={[
          {
            id: 'weekdays',
            text: 'Copy to Monday to Friday',
            run: () => copyTo(WEEKDAYS.slice(0, 5)),
          },
          { id: 'all', text: 'Copy to every day', run: () => copyTo(WEEKDAYS) },
        ]}
      >
        <Copy aria-hidden />
      </Menu>
    </li>
  );
}

export function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
