import { addDays, addMonths, cityOf, mondayOf, nextClockChange, wallClock } from '@lectern/client';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useLectern } from '../../hooks/context.ts';
import { useLessons, useOwnHours, useSeriesPlaces } from '../../hooks/queries.ts';
import { useNow } from '../../hooks/time.ts';
import { PHONE, useMedia } from '../../hooks/useMedia.ts';
import { Button } from '../../kit/Button.tsx';
import { Failure } from '../../kit/Failure.tsx';
import { Segmented } from '../../kit/Segmented.tsx';
import { Skeleton } from '../../kit/Skeleton.tsx';
import { dayMonth, longDate, monthYear } from '../../text/format.ts';
import { Agenda } from './Agenda.tsx';
import { Grid } from './Grid.tsx';
import { Subscribe } from './Subscribe.tsx';

export type CalendarView = 'day' | 'week' | 'month';

const VIEWS = [
  { id: 'day', text: 'Day' },
  { id: 'week', text: 'Week' },
  { id: 'month', text: 'Month' },
] as const;

/** The version of hours that were never set. */
const NEVER = 0;

interface SessionCalendarProps {
  lessonHref: (id: string) => string;
  /** Further buttons, at the end of the head. */
  actions?: ReactNode;
}

/** The caller's lessons by day, week or month; on phones by day under a week. */
export function SessionCalendar({ lessonHref, actions }: SessionCalendarProps) {
  const { zone } = useLectern();
  const now = useNow(30_000);
  const today = wallClock(now, zone).date;
  const phone = useMedia(PHONE);
  const [view, setView] = useState<CalendarView>('week');
  const [date, setDate] = useState(today);
  const shown = phone ? 'week' : view;
  const [from, to] = spanOf(shown, date);
  const lessons = useLessons(from, to);
  const places = useSeriesPlaces(lessons.data ?? []);
  const hours = useOwnHours().data;
  const move = (by: number) => setDate(step(shown, date, by));
  const change = nextClockChange(today, zone);
  return (
    <section className="l-calendar" aria-label="Calendar">
      <header className="l-calendar-head">
        <h1>
          {view === 'day' && !phone
            ? longDate(date)
            : monthYear(shown === 'week' ? mondayOf(date) : date)}
        </h1>
        <div className="l-calendar-move">
          <Button size="small" onClick={() => setDate(today)}>
            Today
          </Button>
          <Button
            kind="ghost"
            size="small"
            icon
            aria-label={`The ${shown} before`}
            onClick={() => move(-1)}
          >
            <ChevronLeft aria-hidden className="l-flip" />
          </Button>
          <Button
            kind="ghost"
            size="small"
            icon
            aria-label={`The next ${shown}`}
            onClick={() => move(1)}
          >
            <ChevronRight aria-hidden className="l-flip" />
          </Button>
        </div>
        <p className="l-calendar-zone">
          Times in {cityOf(zone)}.{change && ` Clocks change on ${dayMonth(change)}.`}
        </p>
        <div className="l-calendar-views">
          <Segmented
            label="How much at once"
            options={VIEWS}
            value={view}
            onChange={(id) => setView(id as CalendarView)}
          />
        </div>
        <Subscribe />
        {actions}
      </header>
      {lessons.isError && !lessons.data ? (
        <div className="l-card">
          <Failure
            error={lessons.error}
            what="Your calendar"
            retry={() => void lessons.refetch()}
          />
        </div>
      ) : !lessons.data ? (
        <div role="status" aria-label="Loading">
          <Skeleton height={phone ? 420 : 680} />
        </div>
      ) : phone ? (
        <Agenda
          lessons={lessons.data}
          places={places}
          monday={mondayOf(date)}
          selected={date}
          today={today}
          onSelect={setDate}
          lessonHref={lessonHref}
        />
      ) : (
        <Grid
          view={view}
          date={date}
          span={[from, to]}
          lessons={lessons.data}
          places={places}
          hours={hours && hours.version !== NEVER ? hours : null}
          lessonHref={lessonHref}
        />
      )}
    </section>
  );
}

function spanOf(view: CalendarView, date: string): [string, string] {
  switch (view) {
    case 'day':
      return [date, addDays(date, 1)];
    case 'week':
      return [mondayOf(date), addDays(mondayOf(date), 7)];
    case 'month': {
      const first = mondayOf(`${date.slice(0, 8)}01`);
      return [first, addDays(first, 42)];
    }
  }
}

function step(view: CalendarView, date: string, by: number): string {
  if (view === 'month') return addMonths(`${date.slice(0, 8)}01`, by);
  return addDays(date, view === 'week' ? 7 * by : by);
}
