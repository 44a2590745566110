import {
  type Availability,
  cityOf,
  type Policy,
  ProblemError,
  type Tagged,
  wallClock,
} from '@lectern/client';
import { Clock, Globe } from 'lucide-react';
import { useState } from 'react';
import { useLectern } from '../../hooks/context.ts';
import { useHours, useHoursChanges } from '../../hooks/queries.ts';
import { useNow } from '../../hooks/time.ts';
import { Button } from '../../kit/Button.tsx';
import { Failure } from '../../kit/Failure.tsx';
import { Refusal } from '../../kit/Refusal.tsx';
import { Select } from '../../kit/Select.tsx';
import { Skeleton } from '../../kit/Skeleton.tsx';
import { sound } from './draft.ts';
import { HoursPreview } from './HoursPreview.tsx';
import { OtherDates } from './OtherDates.tsx';
import { Rules } from './Rules.tsx';
import { WeekHours } from './WeekHours.tsx';

/** When the caller teaches, and by what rules lessons are booked. */
export function AvailabilityEditor() {
  const saved = useHours();
  return (
    <section className="l-hours">
      <header className="l-hours-head">
        <h1>Your hours</h1>
        <p className="l-muted">When students can book you, and by what rules.</p>
      </header>
      {saved.isPending && (
        <div className="l-hours-wait" role="status" aria-label="Loading">
          <Skeleton height={480} />
          <Skeleton height={420} />
        </div>
      )}
      {saved.isError && !saved.data && (
        <div className="l-card">
          <Failure error={saved.error} what="Your hours" retry={() => void saved.refetch()} />
        </div>
      )}
      {saved.data && <Editor saved={saved.data} />}
    </section>
  );
}

interface Saved {
  availability: Tagged<Availability>;
  policy: Tagged<Policy>;
}

/** The version of hours that were never set. */
const NEVER = 0;

function Editor({ saved }: { saved: Saved }) {
  const { zone, toast } = useLectern();
  const today = wallClock(useNow(60_000), saved.availability.value.timeZone).date;
  const { save } = useHoursChanges();
  const [hours, setHours] = useState<Availability | null>(null);
  const [rules, setRules] = useState<Partial<Policy>>({});
  const shown = hours ?? saved.availability.value;
  const policy = { ...saved.policy.value, ...rules };
  const changed = {
    hours: hours !== null && JSON.stringify(hours) !== JSON.stringify(saved.availability.value),
    rules: Object.entries(rules).some(
      ([key, value]) => saved.policy.value[key as keyof Policy] !== value,
    ),
  };
  const drop = () => {
    setHours(null);
    setRules({});
    save.reset();
  };
  const send = () =>
    save.mutate(
      {
        ...(changed.hours && { availability: { ...saved.availability, value: shown } }),
        ...(changed.rules && { policy: { ...saved.policy, value: rules } }),
      },
      {
        onSuccess: () => {
          drop();
          toast('Your hours are saved');
        },
      },
    );
  return (
    <form
      className="l-hours-body"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="l-hours-main">
        {saved.availability.value.version === NEVER && !changed.hours && (
          <div className="l-banner" role="note">
            <Clock aria-hidden />
            <div>
              <strong>You have set no hours yet.</strong> Until you do, students can book you at any
              time.
            </div>
          </div>
        )}
        <ZoneOf hours={shown} mine={zone} onChange={setHours} />
        <WeekHours hours={shown} onChange={setHours} />
        <OtherDates hours={shown} today={today} onChange={setHours} />
        <Rules policy={policy} onChange={(part) => setRules({ ...rules, ...part })} />
      </div>
      <aside className="l-hours-side">
        <HoursPreview hours={shown} changed={changed.hours || changed.rules} today={today} />
      </aside>
      {(changed.hours || changed.rules) && (
        <div className="l-hours-save">
          {save.isError ? (
            <Refusal
              error={save.error}
              lead="It is not saved."
              why={why(save.error)}
              action={stale(save.error) && <Button onClick={drop}>Look at it</Button>}
            />
          ) : (
            <p>
              <b>Not saved yet.</b> Students still see your hours as they were.
            </p>
          )}
          <div>
            <Button size="large" onClick={drop}>
              Take back
            </Button>
            <Button
              type="submit"
              kind="primary"
              size="large"
              busy={save.isPending}
              disabled={!sound(shown)}
            >
              Save hours
            </Button>
          </div>
        </div>
      )}
    </form>
  );
}

interface ZoneOfProps {
  hours: Availability;
  mine: string;
  onChange: (hours: Availability) => void;
}

/** On whose clock the hours are meant. */
function ZoneOf({ hours, mine, onChange }: ZoneOfProps) {
  const zones = [...new Set([hours.timeZone, mine, ...Intl.supportedValuesOf('timeZone')])];
  return (
    <Select
      label="These are times on the clock of"
      icon={<Globe aria-hidden />}
      options={zones.map((id) => ({ id, text: `${cityOf(id)}, ${regionOf(id)}` }))}
      value={hours.timeZone}
      onChange={(timeZone) => onChange({ ...hours, timeZone })}
    />
  );
}

/** The first part of a zone's name: `Europe`. */
function regionOf(zone: string): string {
  return zone.includes('/') ? (zone.split('/')[0] ?? zone) : 'UTC';
}

function stale(error: unknown): boolean {
  return error instanceof ProblemError && error.code === 'version_conflict';
}

function why(error: unknown): string | undefined {
  if (stale(error)) return 'It was changed in another place a moment ago.';
  if (!(error instanceof ProblemError) || error.code !== 'validation_failed') return undefined;
  return error.problem.errors?.map(({ detail }) => detail).join('; ');
}
