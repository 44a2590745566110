import { type Availability, type Session, wallClock } from '@lectern/client';
import Calendar, { type EventDisplayInfo, type EventInput } from '@fullcalendar/react';
import dayGrid from '@fullcalendar/react/daygrid';
import timeGrid from '@fullcalendar/react/timegrid';
import { ArrowRightLeft, Hourglass } from 'lucide-react';
import { useAppearance } from '../../hooks/appearance.ts';
import { useLectern } from '../../hooks/context.ts';
import { type SeriesPlace } from '../../hooks/queries.ts';
import { useNow } from '../../hooks/time.ts';
import { lessonTimes } from '../../text/format.ts';
import { type Moment, momentOf, seriesWords, withWhom } from '../../text/lesson.ts';
import { closedHours } from './closed.ts';
import type { CalendarView } from './SessionCalendar.tsx';
import { CALENDAR_LOOK } from './look.tsx';

const NAMES: Record<CalendarView, string> = {
  day: 'timeGridDay',
  week: 'timeGridWeek',
  month: 'dayGridMonth',
};

/** A month fits a laptop's window, whatever its weeks hold. */
const MONTH_HEIGHT = 720;
/** A lesson of fewer minutes has one line, and room for its start alone. */
const SHORT = 40;

interface GridProps {
  view: CalendarView;
  date: string;
  /** The dates that are shown: from one up to, but not on, the other. */
  span: readonly [string, string];
  lessons: readonly Session[];
  places: ReadonlyMap<string, SeriesPlace>;
  /** When the caller teaches, where they have said so. */
  hours: Availability | null;
  lessonHref: (id: string) => string;
}

/**
 * Hours by days. The grid is told wall-clock times, as the server rendered
 * them, and does no zone arithmetic of its own.
 */
export function Grid(props: GridProps) {
  const { view, date, span, lessons, places, lessonHref } = props;
  const { me, zone } = useLectern();
  const { hue } = useAppearance();
  const now = useNow(30_000);
  const clock = wallClock(now, zone);
  const next = lessons
    .filter((lesson) => ['coming', 'open', 'live'].includes(momentOf(lesson, now)))
    .sort((a, b) => a.scheduledAt.localeCompare(b.scheduledAt))[0];
  const events = lessons.map((lesson): EventInput => {
    const times = lessonTimes(lesson, zone);
    const ends = wallClock(lesson.endsAt, zone);
    const other = withWhom(lesson, me.id);
    const place = places.get(lesson.id);
    return {
      id: lesson.id,
      title: lesson.title,
      start: `${times.date}T${times.start}:00`,
      end: `${ends.date}T${ends.time}:00`,
      url: lessonHref(lesson.id),
      extendedProps: {
        moment: momentOf(lesson, now),
        next: lesson.id === next?.id,
        hue: hue(other.id),
        name: other.name,
        moving: lesson.proposal !== null,
        series: place ? seriesWords(place) : null,
        start: times.start,
        times: lesson.duration < SHORT ? times.start : `${times.start} – ${times.end}`,
      },
    };
  });
  // A month has no hours to hatch.
  const closed = props.hours && view !== 'month' ? closedHours(props.hours, ...span, zone) : [];
  const hatched = closed.map((each): EventInput => ({ ...each, display: 'background' }));
  const hours = hoursShown(lessons, zone);
  return (
    <div className="l-grid" data-view={view}>
      <Calendar
        key={`${view} ${date}`}
        plugins={[dayGrid, timeGrid]}
        {...CALENDAR_LOOK}
        initialView={NAMES[view]}
        initialDate={date}
        timeZone="UTC"
        now={`${clock.date}T${clock.time}:00`}
        nowIndicator
        firstDay={1}
        headerToolbar={false}
        allDaySlot={false}
        slotDuration="01:00:00"
        slotMinHeight={52}
        slotHeaderContent={(info) => (info.text.startsWith(hours.from) ? '' : info.text)}
        slotMinTime={`${hours.from}:00:00`}
        slotMaxTime={`${hours.to}:00:00`}
        height={view === 'month' ? MONTH_HEIGHT : 'auto'}
        fixedWeekCount={false}
        eventContent={(info) => <EventBody info={info} />}
        eventClass={(info) => eventClass(info)}
        events={[...hatched, ...events]}
      />
    </div>
  );
}

interface EventExtra {
  moment: Moment;
  next: boolean;
  hue: string;
  name: string;
  moving: boolean;
  series: string | null;
  start: string;
  times: string;
}

function EventBody({ info }: { info: EventDisplayInfo }) {
  const extra = info.event.extendedProps as EventExtra;
  return (
    <>
      <b>{info.event.title}</b>
      <span className="l-time">
        {info.view.type === NAMES.month ? extra.start : extra.times}{' '}
        {extra.moment === 'waiting' && <Hourglass aria-label="waiting" />}
        {extra.moving && <ArrowRightLeft aria-label="another time is proposed" />}
      </span>
      <span className="l-hidden">
        with {extra.name}
        {extra.series && `, ${extra.series}`}
        {extra.moment === 'cancelled' && ', cancelled'}
      </span>
    </>
  );
}

function eventClass(info: EventDisplayInfo): string {
  const extra = info.event.extendedProps as EventExtra;
  const past = extra.moment === 'over' || extra.moment === 'missed';
  return [
    'l-event',
    `hue-${extra.hue}`,
    past && 'l-event--past',
    extra.moment === 'cancelled' && 'l-event--cancelled',
    extra.moment === 'waiting' && 'l-event--waiting',
    extra.next && 'l-event--next',
  ]
    .filter(Boolean)
    .join(' ');
}

/** The usual day, and more where lessons are. */
function hoursShown(lessons: readonly Session[], zone: string): { from: string; to: string } {
  let [from, to] = [7, 21];
  for (const lesson of lessons) {
    const { date, start, end } = lessonTimes(lesson, zone);
    from = Math.min(from, Number(start.slice(0, 2)));
    const past = wallClock(lesson.endsAt, zone).date > date;
    to = Math.max(to, past ? 24 : Math.ceil(Number(end.slice(0, 2)) + Number(end.slice(3)) / 60));
  }
  return { from: String(from).padStart(2, '0'), to: String(to).padStart(2, '0') };
}
