import { parseDate } from '@internationalized/date';
import { addDays, type Availability } from '@lectern/client';
import { CalendarPlus, Palmtree, X } from 'lucide-react';
import { Button } from '../../kit/Button.tsx';
import { DayField } from '../../kit/DateFields.tsx';
import { TextField } from '../../kit/Field.tsx';
import { Switch } from '../../kit/Switch.tsx';
import { shortDate } from '../../text/format.ts';
import { datesFault, freeDate, nextInterval } from './draft.ts';
import { Intervals } from './Intervals.tsx';

interface OtherDatesProps {
  hours: Availability;
  today: string;
  onChange: (hours: Availability) => void;
}

const LONGEST_NOTE = 200;

/** Dates that differ from the week, and times away. */
export function OtherDates({ hours, today, onChange }: OtherDatesProps) {
  const wrong = datesFault(hours);
  const tomorrow = addDays(today, 1);
  const nothing = hours.exceptions.length === 0 && hours.outOfOffice.length === 0;
  return (
    <section className="l-card l-hours-card" aria-labelledby="hours-dates">
      <header>
        <h2 id="hours-dates">Other dates</h2>
        <p className="l-muted">A day with hours of its own, and days on which you are away.</p>
      </header>
      {nothing && <p className="l-hours-none l-muted">Every week is like the one above.</p>}
      <ul className="l-rows">
        {hours.exceptions.map((_, index) => (
          <ExceptionRow key={`date ${index}`} {...{ hours, index, onChange }} />
        ))}
        {hours.outOfOffice.map((_, index) => (
          <AwayRow key={`away ${index}`} {...{ hours, index, onChange }} />
        ))}
      </ul>
      {wrong && (
        <p className="l-field-error l-hours-wrong" role="alert">
          {wrong}
        </p>
      )}
      <footer>
        <Button
          onClick={() =>
            onChange({
              ...hours,
              exceptions: [...hours.exceptions, { date: freeDate(hours, tomorrow), intervals: [] }],
            })
          }
        >
          <CalendarPlus aria-hidden /> Change one day
        </Button>
        <Button
          onClick={() =>
            onChange({
              ...hours,
              outOfOffice: [
                ...hours.outOfOffice,
                { from: tomorrow, to: addDays(tomorrow, 6), note: '' },
              ],
            })
          }
        >
          <Palmtree aria-hidden /> Add time away
        </Button>
      </footer>
    </section>
  );
}

interface RowProps {
  hours: Availability;
  index: number;
  onChange: (hours: Availability) => void;
}

function ExceptionRow({ hours, index, onChange }: RowProps) {
  const exception = hours.exceptions[index];
  if (!exception) return null;
  const { date, intervals } = exception;
  const set = (part: Partial<typeof exception>) =>
    onChange({
      ...hours,
      exceptions: hours.exceptions.map((each, at) => (at === index ? { ...each, ...part } : each)),
    });
  const usual = nextInterval([]);
  return (
    <li className="l-hours-date">
      <DayField
        label="Day"
        value={parseDate(date)}
        onChange={(value) => set({ date: value.toString() })}
      />
      <div className="l-hours-open">
        <Switch
          first
          on={intervals.length > 0}
          onChange={(on) => set({ intervals: on && usual ? [usual] : [] })}
        >
          {intervals.length > 0 ? 'Open' : 'Closed'}
        </Switch>
        {intervals.length > 0 && (
          <Intervals
            of={shortDate(date)}
            intervals={intervals}
            onChange={(next) => set({ intervals: next })}
          />
        )}
      </div>
      <Remove
        what={shortDate(date)}
        onPress={() =>
          onChange({ ...hours, exceptions: hours.exceptions.filter((_, at) => at !== index) })
        }
      />
    </li>
  );
}

function AwayRow({ hours, index, onChange }: RowProps) {
  const away = hours.outOfOffice[index];
  if (!away) return null;
  const set = (part: Partial<typeof away>) =>
    onChange({
      ...hours,
      outOfOffice: hours.outOfOffice.map((each, at) =>
        at === index ? { ...each, ...part } : each,
      ),
    });
  return (
    <li className="l-hours-date l-hours-away">
      <DayField
        label="Away from"
        value={parseDate(away.from)}
        onChange={(value) => set({ from: value.toString() })}
      />
      <DayField
        label="Up to and with"
        value={parseDate(away.to)}
        onChange={(value) => set({ to: value.toString() })}
      />
      <TextField
        label="Why"
        hint="only you see it"
        value={away.note}
        maxLength={LONGEST_NOTE}
        onChange={(event) => set({ note: event.target.value })}
      />
      <Remove
        what={`the time away from ${shortDate(away.from)}`}
        onPress={() =>
          onChange({ ...hours, outOfOffice: hours.outOfOffice.filter((_, at) => at !== index) })
        }
      />
    </li>
  );
}

function Remove({ what, onPress }: { what: string; onPress: () => void }) {
  return (
    <Button kind="ghost" icon aria-label={`Remove ${what}`} onClick={onPress}>
      <X aria-hidden />
    </Button>
  );
}
