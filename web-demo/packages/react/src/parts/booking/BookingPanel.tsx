import { cityOf, ProblemError, type Session, type Teacher, wallClock } from '@lectern/client';
import { Info } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useLectern } from '../../hooks/context.ts';
import { useLessonChanges } from '../../hooks/queries.ts';
import { useDraft } from '../../hooks/useDraft.ts';
import { Button } from '../../kit/Button.tsx';
import { TextArea, TextField } from '../../kit/Field.tsx';
import { Refusal } from '../../kit/Refusal.tsx';
import { dayMonth, firstName, shortWeekday, weekday } from '../../text/format.ts';

interface BookingPanelProps {
  teacher: Teacher;
  skill: string;
  start: string | null;
  duration: number;
  zone: string;
  /** Other times, near one that has gone. */
  alternatives: (taken: string) => string[];
  onChoose: (start: string) => void;
  onBooked: (session: Session) => void;
}

const LONGEST_TITLE = 200;
const LONGEST_NOTE = 2_000;

/** The chosen time on both clocks, what the lesson is about, and Book. */
export function BookingPanel(props: BookingPanelProps) {
  const { teacher, start, duration } = props;
  const { toast } = useLectern();
  const { book } = useLessonChanges();
  const [title, setTitle, forgetTitle] = useDraft(`title.${teacher.id}`);
  const [note, setNote, forgetNote] = useDraft(`note.${teacher.id}`);
  const [missing, setMissing] = useState(false);
  // One key for one intent: pressing twice books once.
  const key = useRef(crypto.randomUUID());
  const name = firstName(teacher.name);
  const { reset } = book;
  // What was refused for one time says nothing about another.
  useEffect(() => reset(), [start, reset]);

  const send = () => {
    if (!start) return;
    if (title.trim() === '') return setMissing(true);
    const session = {
      teacher: teacher.id,
      title: title.trim(),
      description: note.trim(),
      skill: props.skill,
      duration,
      scheduledAt: start,
    };
    book.mutate(
      { session, key: key.current },
      {
        onSuccess: (booked) => {
          forgetTitle();
          forgetNote();
          toast(`Your lesson with ${name} is booked`);
          props.onBooked(booked);
        },
        onError: () => {
          key.current = crypto.randomUUID();
        },
      },
    );
  };

  return (
    <form
      className="l-card l-panel"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="l-panel-board">
        {start ? (
          <Chosen {...props} start={start} />
        ) : (
          <p className="l-panel-empty">Choose a time and it stands here, on both your clocks.</p>
        )}
      </div>
      <div className="l-panel-fields">
        <TextField
          label="What should the lesson be about?"
          value={title}
          maxLength={LONGEST_TITLE}
          error={missing ? `Say it in a few words, so that ${name} can prepare.` : null}
          onChange={(event) => {
            setTitle(event.target.value);
            setMissing(false);
          }}
        />
        <TextArea
          label={`Anything ${name} should know`}
          hint="optional"
          value={note}
          rows={3}
          maxLength={LONGEST_NOTE}
          onChange={(event) => setNote(event.target.value)}
        />
        {book.isError && start && <NotBooked {...props} start={start} error={book.error} />}
        <Button type="submit" kind="primary" size="large" disabled={!start} busy={book.isPending}>
          Book lesson
        </Button>
        <p className="l-panel-note">
          <Info aria-hidden /> You can move or cancel it until it begins. {name} is told at once.
        </p>
      </div>
    </form>
  );
}

function Chosen({ teacher, start, duration, zone }: BookingPanelProps & { start: string }) {
  const end = Date.parse(start) + duration * 60_000;
  const { zone: mine } = useLectern();
  const { date } = wallClock(start, zone);
  const clocks = [
    { who: 'You', zone: mine },
    { who: firstName(teacher.name), zone: teacher.timeZone },
  ];
  return (
    <>
      <p className="l-panel-length">
        {duration} minutes with {teacher.name}
      </p>
      <p className="l-display l-panel-day">
        {weekday(date)}
        <br />
        {dayMonth(date)}
      </p>
      <dl>
        {clocks.map((clock) => {
          const begins = wallClock(start, clock.zone);
          return (
            <div key={clock.who}>
              <dt>
                {clock.who}, {cityOf(clock.zone)}
              </dt>
              <dd className="l-time">
                {begins.time} – {wallClock(end, clock.zone).time}
                {begins.date !== date && ` ${shortWeekday(begins.date)}`}
              </dd>
            </div>
          );
        })}
      </dl>
    </>
  );
}

interface NotBookedProps extends BookingPanelProps {
  start: string;
  error: unknown;
}

/** Why it was not booked, and what to do instead. */
function NotBooked({ teacher, start, zone, error, alternatives, onChoose }: NotBookedProps) {
  const name = firstName(teacher.name);
  const code = error instanceof ProblemError ? error.code : '';
  if (code === 'slot_taken') {
    return (
      <div className="l-banner l-banner--info l-panel-taken" role="alert">
        <div>
          <strong>Someone was quicker.</strong> {name} may also be free at:
          <div className="l-panel-others">
            {alternatives(start).map((other) => (
              <Button key={other} size="small" onClick={() => onChoose(other)}>
                <span className="l-time">
                  {shortWeekday(wallClock(other, zone).date)} {wallClock(other, zone).time}
                </span>
              </Button>
            ))}
          </div>
        </div>
      </div>
    );
  }
  const why = code === 'outside_availability' ? `${name} does not teach then.` : undefined;
  return <Refusal error={error} lead="It is not booked." why={why} />;
}
