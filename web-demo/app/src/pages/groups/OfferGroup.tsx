import { parseDate, parseTime } from '@internationalized/date';
import { addDays, cityOf, instantOf, ProblemError, wallClock } from '@lectern/client';
import {
  Button,
  DayField,
  Dialog,
  HourField,
  longDate,
  Refusal,
  Segmented,
  Select,
  Switch,
  TextArea,
  TextField,
  useDraft,
  useLectern,
  useLessonChanges,
  useNow,
  useTeachers,
  weekday,
} from '@lectern/react';
import { useRef, useState } from 'react';

const LENGTHS = [25, 50, 80] as const;
const SEATS = [2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30, 50] as const;
const WEEKS = [2, 4, 6, 8, 10, 12] as const;
const LONGEST_TITLE = 200;
const LONGEST_TEXT = 5_000;
const LONGEST_SKILL = 100;

/** Offers a lesson, or one every week, in which several students take a seat. */
export function OfferGroup({ onDone }: { onDone: () => void }) {
  const { me, zone, toast } = useLectern();
  const { book } = useLessonChanges();
  const tomorrow = addDays(wallClock(useNow(60_000), zone).date, 1);
  // One key for one intent: pressing twice offers once.
  const key = useRef(crypto.randomUUID());
  const [title, setTitle, forgetTitle] = useDraft('group.title');
  const [text, setText, forgetText] = useDraft('group.text');
  const [skill, setSkill] = useState(useSkill(me.id));
  const [date, setDate] = useState(tomorrow);
  const [time, setTime] = useState('17:00');
  const [duration, setDuration] = useState<number>(50);
  const [seats, setSeats] = useState<number>(5);
  const [weekly, setWeekly] = useState(false);
  const [weeks, setWeeks] = useState<number>(6);
  const [missing, setMissing] = useState(false);
  const past = Date.parse(instantOf({ date, time }, zone)) <= useNow(10_000);
  const send = () => {
    if (title.trim() === '' || past) return setMissing(true);
    book.mutate(
      {
        key: key.current,
        session: {
          teacher: me.id,
          title: title.trim(),
          description: text.trim(),
          skill: skill.trim(),
          duration,
          capacity: seats,
          localStart: `${date}T${time}`,
          timeZone: zone,
          ...(weekly && { series: { rrule: `FREQ=WEEKLY;COUNT=${weeks}` } }),
        },
      },
      {
        onSuccess: () => {
          forgetTitle();
          forgetText();
          toast(weekly ? `${weeks} lessons are offered` : `${title.trim()} is offered`);
          onDone();
        },
        onError: () => {
          key.current = crypto.randomUUID();
        },
      },
    );
  };
  return (
    <Dialog title="Offer a group lesson" onClose={onDone}>
      <form
        className="l-form"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <TextField
          label="What it is about"
          value={title}
          maxLength={LONGEST_TITLE}
          error={
            missing && title.trim() === '' ? 'Give it a title that students understand.' : null
          }
          onChange={(event) => setTitle(event.target.value)}
        />
        <TextArea
          label="For whom it is"
          hint="optional"
          rows={2}
          value={text}
          maxLength={LONGEST_TEXT}
          onChange={(event) => setText(event.target.value)}
        />
        <TextField
          label="Subject"
          hint="optional"
          value={skill}
          maxLength={LONGEST_SKILL}
          onChange={(event) => setSkill(event.target.value)}
        />
        <div className="dialog-pair">
          <DayField
            label="Day"
            value={parseDate(date)}
            onChange={(next) => setDate(next.toString())}
          />
          <HourField
            label={`Time in ${cityOf(zone)}`}
            value={parseTime(time)}
            onChange={(next) => setTime(next.toString().slice(0, 5))}
          />
        </div>
        {past && (
          <p className="l-field-error" role={missing ? 'alert' : undefined}>
            {longDate(date)}, {time} is over already.
          </p>
        )}
        <div className="group-sizes">
          <div className="l-field">
            <span className="l-label" aria-hidden="true">
              Length
            </span>
            <Segmented
              label="Length"
              options={LENGTHS.map((each) => ({ id: String(each), text: `${each} min` }))}
              value={String(duration)}
              onChange={(id) => setDuration(Number(id))}
            />
          </div>
          <Select
            label="Seats"
            options={SEATS.map((each) => ({ id: String(each), text: `${each} seats` }))}
            value={String(seats)}
            onChange={(id) => setSeats(Number(id))}
          />
        </div>
        <div className="group-weekly">
          <Switch on={weekly} onChange={setWeekly}>
            <b>Every week</b>
            <span className="l-muted">
              On {weekday(date)}s at {time}, by your clock
            </span>
          </Switch>
          {weekly && (
            <Select
              label="How many"
              labelHidden
              options={WEEKS.map((each) => ({ id: String(each), text: `${each} lessons` }))}
              value={String(weeks)}
              onChange={(id) => setWeeks(Number(id))}
            />
          )}
        </div>
        {book.isError && (
          <Refusal error={book.error} lead="It is not offered." why={why(book.error, weekly)} />
        )}
        <div className="l-dialog-actions">
          <Button size="large" onClick={onDone}>
            Not now
          </Button>
          <Button size="large" kind="primary" type="submit" busy={book.isPending}>
            {weekly ? `Offer ${weeks} lessons` : 'Offer it'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What a teacher teaches, from the headline: its first word. */
function useSkill(id: string): string {
  const headline = useTeachers().data?.find((teacher) => teacher.id === id)?.headline ?? '';
  return /^[\p{L}]+/u.exec(headline)?.[0] ?? '';
}

function why(error: unknown, weekly: boolean): string | undefined {
  if (!(error instanceof ProblemError)) return undefined;
  switch (error.code) {
    case 'slot_taken':
      return weekly
        ? 'You have another lesson in one of these weeks.'
        : 'You have another lesson then.';
    case 'validation_failed':
      return error.problem.errors?.map(({ detail }) => detail).join('; ');
    default:
      return undefined;
  }
}
