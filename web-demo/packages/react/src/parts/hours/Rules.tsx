import type { Policy } from '@lectern/client';
import { Select } from '../../kit/Select.tsx';
import { Switch } from '../../kit/Switch.tsx';
import { counted, lengthInWords } from '../../text/format.ts';

interface RulesProps {
  policy: Policy;
  onChange: (part: Partial<Policy>) => void;
}

const DAY = 1440;
const YEAR = 365 * DAY;
const NO_LIMIT = 'none';

/** A rule that is a length in minutes, and what is offered for it. */
interface LengthRule {
  key:
    | 'bufferBefore'
    | 'bufferAfter'
    | 'minimumNotice'
    | 'bookingWindow'
    | 'startIncrement'
    | 'cancelDeadline'
    | 'confirmWithin'
    | 'joinOpens'
    | 'grace';
  label: string;
  choices: readonly number[];
  words: (minutes: number) => string;
}

const exactly = (minutes: number) => capitalLength(minutes);
const before = (minutes: number) =>
  minutes === 0 ? 'Until it begins' : `${capitalLength(minutes)} before`;

/** `60 days before`, `Five years before`: a leap day more or less makes no difference. */
function ahead(minutes: number): string {
  const years = Math.round(minutes / YEAR);
  const off = Math.abs(minutes - years * YEAR);
  if (years > 0 && off <= 5 * DAY) return `${counted(years, 'year')} before`;
  return minutes % DAY === 0 ? `${minutes / DAY} days before` : before(minutes);
}

const BOOKING: readonly LengthRule[] = [
  {
    key: 'minimumNotice',
    label: 'Booked at the latest',
    choices: [0, 60, 240, 720, DAY, 2 * DAY, 3 * DAY],
    words: before,
  },
  {
    key: 'bookingWindow',
    label: 'Booked at the earliest',
    choices: [7 * DAY, 14 * DAY, 30 * DAY, 60 * DAY, 90 * DAY, 180 * DAY, 365 * DAY],
    words: ahead,
  },
  {
    key: 'startIncrement',
    label: 'Lessons begin every',
    choices: [15, 30, 60],
    words: exactly,
  },
  {
    key: 'cancelDeadline',
    label: 'Students may cancel',
    choices: [0, 60, 360, 720, DAY, 2 * DAY],
    words: before,
  },
  {
    key: 'bufferBefore',
    label: 'A break before each lesson',
    choices: [0, 5, 10, 15, 30, 60],
    words: (minutes) => (minutes === 0 ? 'None' : exactly(minutes)),
  },
  {
    key: 'bufferAfter',
    label: 'A break after each lesson',
    choices: [0, 5, 10, 15, 30, 60],
    words: (minutes) => (minutes === 0 ? 'None' : exactly(minutes)),
  },
];

const CONFIRM: LengthRule = {
  key: 'confirmWithin',
  label: 'A request waits for',
  choices: [60, 240, 720, DAY, 2 * DAY, 7 * DAY],
  words: exactly,
};

const ROOM: readonly LengthRule[] = [
  {
    key: 'joinOpens',
    label: 'The room opens',
    choices: [5, 10, 15, 30, 60],
    words: before,
  },
  {
    key: 'grace',
    label: 'The room closes',
    choices: [0, 5, 15, 30, 60],
    words: (minutes) => (minutes === 0 ? 'At the end' : `${capitalLength(minutes)} after`),
  },
];

/** What is asked of those who book, and how the room behaves. */
export function Rules({ policy, onChange }: RulesProps) {
  return (
    <section className="l-card l-hours-card" aria-labelledby="hours-rules">
      <header>
        <h2 id="hours-rules">Rules</h2>
        <p className="l-muted">They hold for lessons that are booked from now on.</p>
      </header>
      <div className="l-rules">
        {BOOKING.map((rule) => (
          <Length key={rule.key} rule={rule} policy={policy} onChange={onChange} />
        ))}
        <Most
          label="Most lessons in a day"
          value={policy.perDay}
          choices={[1, 2, 3, 4, 5, 6, 8, 10]}
          onChange={(perDay) => onChange({ perDay })}
        />
        <Most
          label="Most lessons in a week"
          value={policy.perWeek}
          choices={[5, 10, 15, 20, 25, 30, 40]}
          onChange={(perWeek) => onChange({ perWeek })}
        />
        <Choice
          on={policy.requiresConfirmation}
          title="I confirm every lesson"
          note="A booking is a request until you say yes."
          onChange={(requiresConfirmation) => onChange({ requiresConfirmation })}
        />
        {policy.requiresConfirmation && (
          <>
            <Length rule={CONFIRM} policy={policy} onChange={onChange} />
            <Choice
              on={policy.pendingBlocks}
              title="A request takes the time"
              note="Nobody else can ask for it until you have answered."
              onChange={(pendingBlocks) => onChange({ pendingBlocks })}
            />
          </>
        )}
        <Choice
          on={policy.rescheduleNeedsConsent}
          title="Students ask before they move a lesson"
          note="They propose a time, and you accept it or not."
          onChange={(rescheduleNeedsConsent) => onChange({ rescheduleNeedsConsent })}
        />
        {ROOM.map((rule) => (
          <Length key={rule.key} rule={rule} policy={policy} onChange={onChange} />
        ))}
      </div>
    </section>
  );
}

function Length({ rule, policy, onChange }: RulesProps & { rule: LengthRule }) {
  const value = policy[rule.key];
  const choices = [...new Set([...rule.choices, value])].toSorted((a, b) => a - b);
  return (
    <Select
      label={rule.label}
      options={choices.map((minutes) => ({ id: String(minutes), text: rule.words(minutes) }))}
      value={String(value)}
      onChange={(id) => onChange({ [rule.key]: Number(id) })}
    />
  );
}

interface MostProps {
  label: string;
  value: number | null;
  choices: readonly number[];
  onChange: (most: number | null) => void;
}

function Most({ label, value, choices, onChange }: MostProps) {
  const all = [...new Set([...choices, ...(value === null ? [] : [value])])].toSorted(
    (a, b) => a - b,
  );
  return (
    <Select
      label={label}
      options={[
        { id: NO_LIMIT, text: 'As many as fit' },
        ...all.map((most) => ({ id: String(most), text: String(most) })),
      ]}
      value={value === null ? NO_LIMIT : String(value)}
      onChange={(id) => onChange(id === NO_LIMIT ? null : Number(id))}
    />
  );
}

interface ChoiceProps {
  on: boolean;
  title: string;
  note: string;
  onChange: (on: boolean) => void;
}

function Choice({ on, title, note, onChange }: ChoiceProps) {
  return (
    <div className="l-rule-choice">
      <Switch on={on} onChange={onChange}>
        <b>{title}</b>
        <span className="l-muted">{note}</span>
      </Switch>
    </div>
  );
}

/** `An hour`, `30 minutes` */
function capitalLength(minutes: number): string {
  const words = lengthInWords(minutes);
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
