import { cityOf, ProblemError, type Session, type Teacher, wallClock } from '@lectern/client';
import { useLectern } from '../../hooks/context.ts';
import { useLessonChanges } from '../../hooks/queries.ts';
import { Button } from '../../kit/Button.tsx';
import { Refusal } from '../../kit/Refusal.tsx';
import { counted, dayMonth, firstName, plural, weekday } from '../../text/format.ts';

interface GroupPanelProps {
  teacher: Teacher;
  lesson: Session;
  zone: string;
  /** Where the lesson's page is reached from, once one has a seat. */
  onBooked: (session: Session) => void;
}

/** A group lesson with its seats, and the way into it. */
export function GroupPanel({ teacher, lesson, zone, onBooked }: GroupPanelProps) {
  const { zone: mine, toast } = useLectern();
  const { seat } = useLessonChanges();
  const { date } = wallClock(lesson.scheduledAt, zone);
  const { seats } = lesson;
  const free = Math.max(0, lesson.capacity - seats.taken);
  const clocks = [
    { who: 'You', zone: mine },
    { who: firstName(teacher.name), zone: teacher.timeZone },
  ];
  const take = () =>
    seat.mutate(
      { id: lesson.id, take: true },
      {
        onSuccess: (now) => {
          const has = now.seats.mine === 'taken';
          toast(has ? `You have a seat in ${lesson.title}` : 'You are in line for a seat');
          onBooked(now);
        },
      },
    );
  return (
    <section className="l-card l-panel" aria-label={lesson.title}>
      <div className="l-panel-board">
        <p className="l-panel-length">A small group, {lesson.duration} minutes</p>
        <p className="l-display l-panel-day">
          {weekday(date)}
          <br />
          {dayMonth(date)}
        </p>
        <dl>
          {clocks.map((clock) => (
            <div key={clock.who}>
              <dt>
                {clock.who}, {cityOf(clock.zone)}
              </dt>
              <dd className="l-time">
                {wallClock(lesson.scheduledAt, clock.zone).time} –{' '}
                {wallClock(lesson.endsAt, clock.zone).time}
              </dd>
            </div>
          ))}
        </dl>
      </div>
      <div className="l-panel-fields">
        <div className="l-panel-group">
          <h2>{lesson.title}</h2>
          {lesson.description && <p dir="auto">{lesson.description}</p>}
          <p className="l-muted">
            {free > 0
              ? `${counted(free, 'seat')} of ${lesson.capacity} ${plural(free, 'is', 'are')} free.`
              : `All ${lesson.capacity} seats are taken.`}
            {seats.waiting > 0 && ` ${counted(seats.waiting, 'person', 'people')} in line.`}
          </p>
        </div>
        {seat.isError && (
          <Refusal error={seat.error} lead="You have no seat." why={whyNot(seat.error)} />
        )}
        {seats.mine === 'none' || seats.mine === 'offered' ? (
          <Button kind="primary" size="large" busy={seat.isPending} onClick={take}>
            {seats.mine === 'offered' || free > 0 ? 'Take a seat' : 'Wait for a seat'}
          </Button>
        ) : (
          <Button size="large" onClick={() => onBooked(lesson)}>
            {seats.mine === 'taken' ? 'You have a seat: open it' : 'You are in line: open it'}
          </Button>
        )}
      </div>
    </section>
  );
}

function whyNot(error: unknown): string | undefined {
  switch (error instanceof ProblemError ? error.code : '') {
    case 'slot_taken':
      return 'You have another lesson then.';
    case 'waitlist_full':
      return 'So many wait already that nobody else is put in line.';
    case 'invalid_transition':
      return 'It has begun, or was called off.';
    default:
      return undefined;
  }
}
