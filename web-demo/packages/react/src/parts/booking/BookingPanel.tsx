import { type NewSession, type Policy, type Session, type Teacher } from '@lectern/client';
import { Info } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useLectern } from '../../hooks/context.ts';
import { useLessonChanges } from '../../hooks/queries.ts';
import { useNow } from '../../hooks/time.ts';
import { useDraft } from '../../hooks/useDraft.ts';
import { Button } from '../../kit/Button.tsx';
import { TextArea, TextField } from '../../kit/Field.tsx';
import { firstName } from '../../text/format.ts';
import { ChosenTime } from './ChosenTime.tsx';
import { EveryWeek } from './EveryWeek.tsx';
import { NotBooked } from './NotBooked.tsx';
import { PolicyFacts } from './PolicyFacts.tsx';
import type { Hold } from './useHold.ts';

interface BookingPanelProps {
  teacher: Teacher;
  skill: string;
  start: string | null;
  /** The chosen time as a clock shows it, with its offset. */
  localStart: string | null;
  duration: number;
  zone: string;
  hold: Hold;
  policy: Policy | null;
  /** Other times, near the chosen one. */
  alternatives: readonly string[];
  onKeepAgain: () => void;
  onChoose: (start: string) => void;
  onBooked: (session: Session) => void;
}

const LONGEST_TITLE = 200;
const LONGEST_NOTE = 2_000;

/** The chosen time on both clocks, what the lesson is about, and Book. */
export function BookingPanel(props: BookingPanelProps) {
  const { teacher, start, duration, zone, hold, policy } = props;
  const { toast } = useLectern();
  const now = useNow(30_000);
  const { book } = useLessonChanges();
  const [title, setTitle, forgetTitle] = useDraft(`title.${teacher.id}`);
  const [note, setNote, forgetNote] = useDraft(`note.${teacher.id}`);
  const [weeks, setWeeks] = useState<number | null>(null);
  const [missing, setMissing] = useState(false);
  // One key for one intent: pressing twice books once.
  const key = useRef(crypto.randomUUID());
  const name = firstName(teacher.name);
  const { reset } = book;
  // What was refused for one time says nothing about another.
  useEffect(() => reset(), [start, reset]);

  const send = () => {
    if (start === null) return;
    if (title.trim() === '') return setMissing(true);
    const session: NewSession = {
      teacher: teacher.id,
      title: title.trim(),
      description: note.trim(),
      skill: props.skill,
      duration,
      ...(hold.state === 'kept' && { holdId: hold.id }),
      ...(weeks === null || props.localStart === null
        ? { scheduledAt: start }
        : {
            localStart: props.localStart,
            timeZone: zone,
            series: { rrule: `FREQ=WEEKLY;COUNT=${weeks}` },
          }),
    };
    book.mutate(
      { session, key: key.current },
      {
        onSuccess: (booked) => {
          forgetTitle();
          forgetNote();
          toast(said(booked, name, weeks));
          props.onBooked(booked);
        },
        onError: () => {
          key.current = crypto.randomUUID();
        },
      },
    );
  };
  const refused = book.isError ? book.error : hold.state === 'refused' ? hold.error : null;

  return (
    <form
      className="l-card l-panel"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="l-panel-board">
        {start !== null ? (
          <ChosenTime {...props} start={start} />
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
        {start !== null && (
          <EveryWeek start={start} zone={zone} count={weeks} onChange={setWeeks} />
        )}
        {start !== null && refused !== null && (
          <NotBooked
            error={refused}
            name={name}
            zone={zone}
            alternatives={props.alternatives}
            onChoose={props.onChoose}
          />
        )}
        <Button
          type="submit"
          kind="primary"
          size="large"
          disabled={start === null || hold.state === 'refused'}
          busy={book.isPending}
        >
          {weeks === null ? 'Book lesson' : `Book ${weeks} lessons`}
        </Button>
        {policy ? (
          <PolicyFacts {...{ policy, name, start, zone, now }} />
        ) : (
          <p className="l-panel-note">
            <Info aria-hidden /> {name} is told at once.
          </p>
        )}
      </div>
    </form>
  );
}

function said(booked: Session, name: string, weeks: number | null): string {
  if (booked.confirmation === 'pending') return `${name} is asked to confirm`;
  return weeks === null
    ? `Your lesson with ${name} is booked`
    : `${weeks} lessons with ${name} are booked`;
}
