import { type Session, wallClock } from '@lectern/client';
import {
  canJoin,
  countdown,
  firstName,
  lessonLine,
  lessonTimes,
  longDate,
  nearDay,
  otherPerson,
  timeThere,
  untilShort,
  useAppearance,
  useInRoom,
  useLectern,
  useNow,
  useZones,
} from '@lectern/react';
import { Video } from 'lucide-react';
import { Link } from 'wouter';

/** A countdown is drawn when the lesson is nearer than this. */
const NEAR = 3 * 3_600_000;

/** The board: the next lesson, how long until it begins, and the way in. */
export function NextLesson({ lesson }: { lesson: Session }) {
  const { me, zone } = useLectern();
  const { scene } = useAppearance();
  const now = useNow();
  const other = otherPerson(lesson, me.id);
  const otherZone = useZones([other.id]).get(other.id);
  const open = canJoin(lesson, now);
  const present = useInRoom(lesson.id, open).includes(other.id) && other.id !== me.id;
  const { date, start, end } = lessonTimes(lesson, zone);
  const there = otherZone && otherZone !== zone && timeThere(lesson.scheduledAt, otherZone);
  const picture = scene(other.id);
  return (
    <section className="board" aria-label="Your next lesson">
      {picture && (
        <div className="board-picture" aria-hidden="true">
          {picture}
        </div>
      )}
      {present && (
        <p className="board-present">
          <span className="l-dot l-dot--good" /> {firstName(other.name)} is in the room
        </p>
      )}
      <div className="board-words">
        <Until lesson={lesson} now={now} />
        <h2>{lesson.title}</h2>
        <p>{lessonLine(lesson, me.id)}</p>
        <p>
          {date !== wallClock(now, zone).date && `${longDate(date)}, `}
          <span className="l-time">{start}</span> to <span className="l-time">{end}</span>
          {there && <>, which is {there}</>}
        </p>
        <div className="board-actions">
          {open && (
            <Link
              href={`/lessons/${lesson.id}/room`}
              className="l-button l-button--now l-button--large"
            >
              <Video aria-hidden /> Join lesson
            </Link>
          )}
          <Link href={`/lessons/${lesson.id}`} className="l-button l-button--board l-button--large">
            Details
          </Link>
          {!open && (
            <p className="board-opens">
              The room opens at{' '}
              <span className="l-time">{wallClock(lesson.joinOpensAt, zone).time}</span>
            </p>
          )}
        </div>
      </div>
    </section>
  );
}

function Until({ lesson, now }: { lesson: Session; now: number }) {
  const { zone } = useLectern();
  const until = Date.parse(lesson.scheduledAt) - now;
  if (until <= 0) {
    return (
      <>
        <p>Your lesson is on, and ends in</p>
        <p className="board-countdown l-time">{countdown(Date.parse(lesson.endsAt) - now)}</p>
      </>
    );
  }
  if (until < NEAR) {
    return (
      <>
        <p>Your next lesson begins in</p>
        <p className="board-countdown l-time">{countdown(until)}</p>
      </>
    );
  }
  const { date, start } = lessonTimes(lesson, zone);
  const day = nearDay(date, wallClock(now, zone).date);
  return (
    <>
      <p>Your next lesson begins {untilShort(until)}</p>
      <p className="board-countdown board-countdown--far">
        {day} <span className="l-time">{start}</span>
      </p>
    </>
  );
}
