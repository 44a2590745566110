import { addDays, type Session, wallClock } from '@lectern/client';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { Fragment } from 'react';
import { useAppearance } from '../../hooks/appearance.ts';
import { useLectern } from '../../hooks/context.ts';
import { type SeriesPlace, useZones } from '../../hooks/queries.ts';
import { useNow } from '../../hooks/time.ts';
import { Avatar } from '../../kit/Avatar.tsx';
import { StateView } from '../../kit/StateView.tsx';
import {
  countdown,
  dayMonth,
  dayNumber,
  firstName,
  lessonTimes,
  shortWeekday,
  timeThere,
  weekday,
} from '../../text/format.ts';
import { capital, momentOf, otherPerson, seriesWords, withWhom } from '../../text/lesson.ts';

interface AgendaProps {
  lessons: readonly Session[];
  places: ReadonlyMap<string, SeriesPlace>;
  monday: string;
  selected: string;
  today: string;
  onSelect: (date: string) => void;
  lessonHref: (id: string) => string;
}

/** A week of lessons, day by day, for a narrow screen. */
export function Agenda(props: AgendaProps) {
  const { lessons, places, monday, selected, today, onSelect, lessonHref } = props;
  const { me, zone } = useLectern();
  const { hue } = useAppearance();
  const now = useNow(30_000);
  const days = Array.from({ length: 7 }, (_, day) => addDays(monday, day));
  const on = (date: string) =>
    lessons
      .filter((lesson) => lessonTimes(lesson, zone).date === date)
      .sort((a, b) => a.scheduledAt.localeCompare(b.scheduledAt));
  const zones = useZones(lessons.map((lesson) => otherPerson(lesson, me.id).id));
  const shown = days.filter((date) => date >= selected && on(date).length > 0);
  const clock = wallClock(now, zone);
  return (
    <div className="l-agenda">
      <div className="l-agenda-week">
        <button
          type="button"
          aria-label="The week before"
          onClick={() => onSelect(addDays(monday, -7))}
        >
          <ChevronLeft aria-hidden className="l-flip" />
        </button>
        <ol className="l-week">
          {days.map((date) => (
            <li key={date}>
              <button
                type="button"
                aria-pressed={date === selected}
                aria-label={`${weekday(date)} ${dayMonth(date)}, ${on(date).length} lessons`}
                data-today={date === today || undefined}
                onClick={() => onSelect(date)}
              >
                <span>{shortWeekday(date)}</span>
                <b>{dayNumber(date)}</b>
                <span className="l-week-dots" aria-hidden="true">
                  {on(date)
                    .slice(0, 3)
                    .map((lesson) => (
                      <i key={lesson.id} className={`hue-${hue(withWhom(lesson, me.id).id)}`} />
                    ))}
                </span>
              </button>
            </li>
          ))}
        </ol>
        <button
          type="button"
          aria-label="The next week"
          onClick={() => onSelect(addDays(monday, 7))}
        >
          <ChevronRight aria-hidden className="l-flip" />
        </button>
      </div>
      {shown.length === 0 && (
        <StateView title="A free week ahead" lit>
          <p>No lessons from here to Sunday. Book one, or rest.</p>
        </StateView>
      )}
      {shown.map((date) => (
        <section key={date}>
          <h2>
            {date === today ? `Today, ${dayMonth(date)}` : `${weekday(date)} ${dayNumber(date)}`}
          </h2>
          <ul>
            {on(date).map((lesson, index, all) => (
              <Fragment key={lesson.id}>
                {date === today &&
                  clock.time < lessonTimes(lesson, zone).start &&
                  (index === 0 ||
                    clock.time >= lessonTimes(all[index - 1] ?? lesson, zone).start) && (
                    <li className="l-agenda-now">
                      <span className="l-time">{clock.time}</span>
                    </li>
                  )}
                <AgendaCard
                  lesson={lesson}
                  place={places.get(lesson.id)}
                  href={lessonHref(lesson.id)}
                  otherZone={zones.get(otherPerson(lesson, me.id).id)}
                />
              </Fragment>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

interface AgendaCardProps {
  lesson: Session;
  place: SeriesPlace | undefined;
  href: string;
  otherZone: string | undefined;
}

function AgendaCard({ lesson, place, href, otherZone }: AgendaCardProps) {
  const { me, zone } = useLectern();
  const { hue } = useAppearance();
  const now = useNow(1_000);
  const other = otherPerson(lesson, me.id);
  const whom = withWhom(lesson, me.id);
  const { start, end } = lessonTimes(lesson, zone);
  const moment = momentOf(lesson, now);
  const until = Date.parse(lesson.scheduledAt) - now;
  return (
    <li>
      <a
        href={href}
        className={`l-card l-agenda-card hue-${hue(whom.id)}`}
        data-moment={moment}
        data-near={(until > 0 && until < 3_600_000 && moment !== 'cancelled') || undefined}
      >
        <span className="l-agenda-time l-time">
          <b>{start}</b>
          <span>{end}</span>
        </span>
        <i aria-hidden="true" />
        <span className="l-agenda-words">
          <b>{lesson.title}</b>
          <span>{line()}</span>
        </span>
        <Avatar id={other.id} name={other.name} size={32} />
      </a>
    </li>
  );

  function line(): string {
    const name = whom.id === lesson.id ? capital(whom.name) : firstName(other.name);
    if (moment === 'cancelled') return `${name} · cancelled`;
    if (lesson.proposal) return `${name} · another time is proposed`;
    if (moment === 'waiting') return `Waiting for ${firstName(lesson.teacherName)} to confirm`;
    if (moment === 'live') return `${name} · now`;
    if (until > 0 && until < 3_600_000) return `${name} · begins in ${countdown(until)}`;
    if (place) return `${name} · ${seriesWords(place)}`;
    if (otherZone && otherZone !== zone)
      return `${name} · ${timeThere(lesson.scheduledAt, otherZone)}`;
    return name;
  }
}
