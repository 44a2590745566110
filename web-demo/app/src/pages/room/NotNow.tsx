import { type Session, wallClock } from '@lectern/client';
import {
  countdown,
  firstName,
  lessonTimes,
  shortDate,
  StateView,
  useLectern,
  useNow,
} from '@lectern/react';
import { CalendarX2, Clock, DoorClosed } from 'lucide-react';
import { Link } from 'wouter';

/** Why the room cannot be entered now. */
export function NotNow({ lesson }: { lesson: Session }) {
  const now = useNow();
  if (lesson.status === 'cancelled') return <Cancelled lesson={lesson} />;
  const early = now < Date.parse(lesson.joinOpensAt);
  return early ? <TooEarly lesson={lesson} now={now} /> : <TooLate lesson={lesson} />;
}

export function Cancelled({ lesson }: { lesson: Session }) {
  const { me, zone } = useLectern();
  const { date, start } = lessonTimes(lesson, zone);
  const by =
    lesson.cancelledBy === me.id
      ? 'You'
      : lesson.cancelledBy === lesson.teacher
        ? firstName(lesson.teacherName)
        : lesson.cancelledBy === lesson.student
          ? firstName(lesson.studentName ?? '')
          : null;
  return (
    <main className="alone">
      <StateView
        level={1}
        title={by ? `${by} cancelled this lesson` : 'This lesson is cancelled'}
        icon={CalendarX2}
        tone="bad"
        actions={
          <>
            {lesson.teacher !== me.id && (
              <Link href={`/book/${lesson.teacher}`} className="l-button l-button--primary">
                Pick a new time
              </Link>
            )}
            <Link href="/" className="l-button">
              Go to today
            </Link>
          </>
        }
      >
        {lesson.cancelReason && <p>“{lesson.cancelReason}”</p>}
        <div className="l-state-struck">
          <s>{shortDate(date)}</s>
          <s className="l-time">{start}</s>
        </div>
      </StateView>
    </main>
  );
}

function TooEarly({ lesson, now }: { lesson: Session; now: number }) {
  const { zone } = useLectern();
  const opens = wallClock(lesson.joinOpensAt, zone);
  const { date } = lessonTimes(lesson, zone);
  const today = wallClock(now, zone).date;
  const minutes = Math.round(
    (Date.parse(lesson.scheduledAt) - Date.parse(lesson.joinOpensAt)) / 60_000,
  );
  const until = Date.parse(lesson.joinOpensAt) - now;
  return (
    <main className="alone">
      <StateView
        level={1}
        lit
        title={`The room opens ${date === today ? '' : `on ${shortDate(date)} `}at ${opens.time}`}
        icon={Clock}
        actions={
          <Link href={`/lessons/${lesson.id}`} className="l-button l-button--primary">
            Back to the lesson
          </Link>
        }
      >
        <p>
          That is {minutes} minutes before {lesson.title}.
          {until < 3_600_000
            ? ` Stay here and you are let in, in ${countdown(until)}.`
            : ' Come back then, and you are let in.'}
        </p>
      </StateView>
    </main>
  );
}

function TooLate({ lesson }: { lesson: Session }) {
  return (
    <main className="alone">
      <StateView
        level={1}
        title="This lesson is over"
        icon={DoorClosed}
        tone="info"
        actions={
          <Link href={`/lessons/${lesson.id}`} className="l-button l-button--primary">
            See how it went
          </Link>
        }
      >
        <p>The room has closed. What was said in the chat is kept with the lesson.</p>
      </StateView>
    </main>
  );
}
