import { parseDate, parseTime } from '@internationalized/date';
import {
  instantOf,
  ProblemError,
  type Scope,
  type Session,
  type SessionEdit,
} from '@lectern/client';
import {
  Button,
  DayField,
  Dialog,
  HourField,
  isGroup,
  lessonTimes,
  otherPerson,
  Refusal,
  Segmented,
  shortDate,
  TextArea,
  TextField,
  firstName,
  useLectern,
  useLessonChanges,
} from '@lectern/react';
import { useState } from 'react';
import { Reach } from './Reach.tsx';
import { takenOn } from './taken.ts';

const LENGTHS = [25, 50, 80];

/** Changes what a lesson is about, or moves it. */
export function EditLesson({ lesson, onDone }: { lesson: Session; onDone: () => void }) {
  const { me, zone, toast } = useLectern();
  const { update, propose } = useLessonChanges();
  const [original] = useState(lesson);
  const times = lessonTimes(original, zone);
  const [title, setTitle] = useState(original.title);
  const [description, setDescription] = useState(original.description);
  const [duration, setDuration] = useState(original.duration);
  const [date, setDate] = useState(times.date);
  const [time, setTime] = useState(times.start);
  const [scope, setScope] = useState<Scope>('one');
  const who = isGroup(lesson) ? 'Somebody' : firstName(otherPerson(lesson, me.id).name);
  const moved = date !== times.date || time !== times.start;

  const send = () => {
    const edit = changed(original, {
      title: title.trim(),
      description: description.trim(),
      duration,
      ...(moved && { scheduledAt: instantOf({ date, time }, zone) }),
    });
    if (Object.keys(edit).length === 0) return onDone();
    update.mutate(
      { lesson, edit, scope },
      {
        onSuccess: (saved) => {
          if (scope !== 'one') {
            toast('The lessons are changed');
            return onDone();
          }
          const back = changed(saved, {
            title: original.title,
            description: original.description,
            duration: original.duration,
            scheduledAt: original.scheduledAt,
          });
          const undo = () => update.mutate({ lesson: saved, edit: back });
          toast(moved ? `Lesson moved to ${shortDate(date)}, ${time}` : 'Lesson changed', undo);
          onDone();
        },
      },
    );
  };

  const ask = () =>
    propose.mutate(
      {
        id: lesson.id,
        proposal: { scheduledAt: instantOf({ date, time }, zone), duration },
        scope,
      },
      {
        onSuccess: () => {
          toast(`${who} is asked`);
          onDone();
        },
      },
    );

  return (
    <Dialog title="Change this lesson" onClose={onDone}>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <TextField
          label="What it is about"
          value={title}
          required
          maxLength={200}
          onChange={(event) => setTitle(event.target.value)}
        />
        <TextArea
          label="More about it"
          hint="optional"
          value={description}
          rows={3}
          maxLength={2_000}
          onChange={(event) => setDescription(event.target.value)}
        />
        <div className="dialog-pair">
          <DayField
            label="Day"
            value={parseDate(date)}
            onChange={(value) => setDate(value.toString())}
          />
          <HourField
            label="Begins"
            value={parseTime(time)}
            onChange={(value) => setTime(value.toString().slice(0, 5))}
          />
        </div>
        <Segmented
          label="How long"
          options={[...new Set([...LENGTHS, original.duration])]
            .sort((a, b) => a - b)
            .map((minutes) => ({ id: String(minutes), text: `${minutes} min` }))}
          value={String(duration)}
          onChange={(id) => setDuration(Number(id))}
        />
        {lesson.seriesId && <Reach value={scope} onChange={setScope} />}
        {update.isError && (
          <Refused
            error={update.error}
            who={who}
            asking={propose.isPending}
            onAgain={onDone}
            onAsk={ask}
          />
        )}
        {propose.isError && (
          <Refusal
            error={propose.error}
            lead={`${who} is not asked.`}
            why={
              hasCode(propose.error, 'proposal_open')
                ? 'Another time is proposed already.'
                : undefined
            }
          />
        )}
        <div className="l-dialog-actions">
          <Button size="large" onClick={onDone}>
            Leave it
          </Button>
          <Button size="large" kind="primary" type="submit" busy={update.isPending}>
            {moved ? 'Move lesson' : 'Save'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Only what is different from what the lesson is. */
function changed(lesson: Session, wanted: SessionEdit): SessionEdit {
  const same = (key: keyof SessionEdit) =>
    key === 'scheduledAt'
      ? Date.parse(wanted.scheduledAt ?? '') === Date.parse(lesson.scheduledAt)
      : wanted[key] === lesson[key as keyof Session];
  const keys = Object.keys(wanted) as (keyof SessionEdit)[];
  return Object.fromEntries(keys.filter((key) => !same(key)).map((key) => [key, wanted[key]]));
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof ProblemError && error.code === code;
}

interface RefusedProps {
  error: unknown;
  who: string;
  asking: boolean;
  onAgain: () => void;
  onAsk: () => void;
}

function Refused({ error, who, asking, onAgain, onAsk }: RefusedProps) {
  const { zone } = useLectern();
  const days = takenOn(error, zone);
  const code = error instanceof ProblemError ? error.code : '';
  if (code === 'consent_required') {
    return (
      <div className="l-banner l-banner--info" role="alert">
        <div>
          <strong>{who} is asked before a lesson moves.</strong> Propose this time instead?
        </div>
        <Button size="small" busy={asking} onClick={onAsk}>
          Ask {who}
        </Button>
      </div>
    );
  }
  if (code === 'version_conflict') {
    return (
      <div className="l-banner l-banner--info" role="alert">
        <div>
          <strong>{who} changed this lesson a moment ago.</strong> Look at it first.
        </div>
        <Button size="small" onClick={onAgain}>
          Look
        </Button>
      </div>
    );
  }
  const why: Record<string, string> = {
    slot_taken: days
      ? `One of you has another lesson on ${days}. Choose another time.`
      : 'One of you has another lesson then. Choose another time.',
    outside_availability: `${who} does not teach then.`,
  };
  return <Refusal error={error} lead="It stays as it was." why={why[code]} />;
}
