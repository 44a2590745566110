import {
  type Availability,
  addDays,
  minutesOf,
  mondayOf,
  type Session,
  wallClock,
} from '@lectern/client';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useAppearance } from '../../hooks/appearance.ts';
import { useLectern } from '../../hooks/context.ts';
import { useLessons, useSlots } from '../../hooks/queries.ts';
import { Button } from '../../kit/Button.tsx';
import { dayMonth, dayNumber, plural, shortWeekday, weekday, weekSpan } from '../../text/format.ts';
import { otherPerson } from '../../text/lesson.ts';
import { openOn } from './draft.ts';

/** Hours that are drawn when nothing lies outside of them. */
const USUAL = { from: 8, to: 20 } as const;
/** The length that free times are counted for. */
const LENGTH = 50;

interface HoursPreviewProps {
  hours: Availability;
  /** The hours differ from what the server has. */
  changed: boolean;
  today: string;
}

/**
 * The week that comes of the hours: when one is open, as they stand in the
 * form, and how many times students are offered, as the server counts them.
 */
export function HoursPreview({ hours, changed, today }: HoursPreviewProps) {
  const { me } = useLectern();
  const [monday, setMonday] = useState(mondayOf(today));
  const days = Array.from({ length: 7 }, (_, day) => addDays(monday, day));
  const lessons = useLessons(monday, addDays(monday, 7));
  const standing = lessons.data?.filter(({ status }) => status !== 'cancelled') ?? [];
  const asked = { teacher: me.id, duration: LENGTH, zone: hours.timeZone, from: monday, days: 7 };
  const slots = useSlots(asked, !changed);
  const open = days.map((date) => ({ date, ...openOn(hours, date) }));
  const [from, to] = shown(
    open.flatMap(({ intervals }) => intervals),
    standing.map((lesson) => clockOf(lesson, hours.timeZone)),
  );
  const part = (time: string) => `${((minutesOf(time) / 60 - from) / (to - from)) * 100}%`;
  const length = (start: string, end: string) =>
    `${((minutesOf(end) - minutesOf(start)) / 60 / (to - from)) * 100}%`;
  return (
    <section className="l-card l-hours-preview" aria-labelledby="hours-preview">
      <header>
        <h2 id="hours-preview">What comes of it</h2>
        <div className="l-slots-week">
          <b>{weekSpan(monday)}</b>
          <Button
            size="small"
            icon
            aria-label="The week before"
            disabled={monday <= today}
            onClick={() => setMonday(addDays(monday, -7))}
          >
            <ChevronLeft aria-hidden className="l-flip" />
          </Button>
          <Button
            size="small"
            icon
            aria-label="The next week"
            onClick={() => setMonday(addDays(monday, 7))}
          >
            <ChevronRight aria-hidden className="l-flip" />
          </Button>
        </div>
      </header>
      <ol className="l-hours-days">
        {open.map(({ date, kind, intervals }) => (
          <li key={date} data-past={date < today || undefined}>
            <p aria-hidden="true">
              <span>{shortWeekday(date)}</span>
              <b>{dayNumber(date)}</b>
            </p>
            <p className="l-hidden">{said(date, kind, intervals)}</p>
            <div className="l-hours-lane" data-kind={kind} aria-hidden="true">
              {intervals.map((interval) => (
                <i
                  key={interval.from}
                  className="l-hours-block"
                  style={{
                    insetBlockStart: part(interval.from),
                    blockSize: length(interval.from, interval.to),
                  }}
                />
              ))}
              {standing
                .filter((lesson) => clockOf(lesson, hours.timeZone).date === date)
                .map((lesson) => (
                  <LessonBlock
                    key={lesson.id}
                    lesson={lesson}
                    zone={hours.timeZone}
                    part={part}
                    length={length}
                  />
                ))}
            </div>
          </li>
        ))}
      </ol>
      <p className="l-hours-ends l-time" aria-hidden="true">
        <span>{String(from).padStart(2, '0')}:00</span>
        <span>{String(to).padStart(2, '0')}:00</span>
      </p>
      <p className="l-hours-count" role="status">
        {changed
          ? 'Save, and you see how many times students are offered.'
          : slots.data
            ? `Students are offered ${slots.data.length} ${plural(slots.data.length, 'time')} of ${LENGTH} minutes this week.`
            : slots.isError
              ? 'The times that students are offered did not load.'
              : 'Counting the times that students are offered.'}
      </p>
    </section>
  );
}

interface LessonBlockProps {
  lesson: Session;
  zone: string;
  part: (time: string) => string;
  length: (start: string, end: string) => string;
}

function LessonBlock({ lesson, zone, part, length }: LessonBlockProps) {
  const { me } = useLectern();
  const { hue } = useAppearance();
  const { start, end } = clockOf(lesson, zone);
  return (
    <i
      className={`l-hours-lesson hue-${hue(otherPerson(lesson, me.id).id)}`}
      style={{
        insetBlockStart: part(start),
        blockSize: length(start, end > start ? end : '24:00'),
      }}
    />
  );
}

/** When a lesson is, on the clock that the hours are meant on. */
function clockOf(lesson: Session, zone: string) {
  const { date, time } = wallClock(lesson.scheduledAt, zone);
  return { date, start: time, end: wallClock(lesson.endsAt, zone).time };
}

/** The hours to draw: the usual ones, and more where something is. */
function shown(
  intervals: readonly { from: string; to: string }[],
  lessons: readonly { start: string; end: string }[],
): [number, number] {
  const from = [...intervals.map((each) => each.from), ...lessons.map(({ start }) => start)];
  const to = [...intervals.map((each) => each.to), ...lessons.map(({ end }) => end)];
  return [
    Math.min(USUAL.from, ...from.map((time) => Math.floor(minutesOf(time) / 60))),
    Math.max(USUAL.to, ...to.map((time) => Math.ceil(minutesOf(time) / 60))),
  ];
}

function said(
  date: string,
  kind: string,
  intervals: readonly { from: string; to: string }[],
): string {
  const day = `${weekday(date)} ${dayMonth(date)}`;
  if (kind === 'away') return `${day}, away`;
  if (intervals.length === 0) return `${day}, closed`;
  return `${day}, open ${intervals.map(({ from, to }) => `${from} to ${to}`).join(' and ')}`;
}
