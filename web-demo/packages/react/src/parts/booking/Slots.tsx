import { browserZone, cityOf, type FreeTime, type Session, wallClock } from '@lectern/client';
import { ChevronLeft, ChevronRight, Globe } from 'lucide-react';
import { useState } from 'react';
import { PHONE, useMedia } from '../../hooks/useMedia.ts';
import { Button } from '../../kit/Button.tsx';
import { Segmented } from '../../kit/Segmented.tsx';
import { Select } from '../../kit/Select.tsx';
import { Skeleton } from '../../kit/Skeleton.tsx';
import { StateView } from '../../kit/StateView.tsx';
import { firstName, shortDate, weekSpan } from '../../text/format.ts';
import { DayByDay } from './DayByDay.tsx';
import { byDate, type Offer, thinned, weekOf } from './offers.ts';
import { WeekAtOnce } from './WeekAtOnce.tsx';

const LENGTHS = [25, 50, 80];

interface SlotsProps {
  /** The week's free times; null while they are on their way. */
  slots: readonly FreeTime[] | null;
  /** Group lessons that one can still come to. */
  groups: readonly Session[];
  /** The first free time after a week that has none; undefined until it is known. */
  later: FreeTime | null | undefined;
  monday: string;
  today: string;
  zone: string;
  mine: string;
  /** The teacher's zone. */
  theirs: string;
  teacher: string;
  duration: number;
  /** The key of what is chosen, and its date. */
  chosen: string | null;
  chosenOn: string | null;
  onDuration: (minutes: number) => void;
  onZone: (zone: string) => void;
  onWeek: (date: string) => void;
  onMove: (weeks: number) => void;
  onChoose: (key: string) => void;
}

/** A week of times at which a lesson can begin. */
export function Slots(props: SlotsProps) {
  const { slots, monday, today } = props;
  const days = weekOf(monday);
  const groups = props.groups.some((group) =>
    days.includes(wallClock(group.scheduledAt, props.zone).date),
  );
  return (
    <div className="l-slots">
      <header>
        <Segmented
          label="How long"
          options={LENGTHS.map((minutes) => ({ id: String(minutes), text: `${minutes} min` }))}
          value={String(props.duration)}
          onChange={(id) => props.onDuration(Number(id))}
        />
        <ZonePicker {...props} />
        <div className="l-slots-week">
          <b>{weekSpan(monday)}</b>
          <Button
            size="small"
            icon
            aria-label="The week before"
            disabled={monday <= today}
            onClick={() => props.onMove(-1)}
          >
            <ChevronLeft aria-hidden className="l-flip" />
          </Button>
          <Button size="small" icon aria-label="The next week" onClick={() => props.onMove(1)}>
            <ChevronRight aria-hidden className="l-flip" />
          </Button>
        </div>
      </header>
      {slots === null ? (
        <Waiting />
      ) : slots.length === 0 && !groups ? (
        <Nothing {...props} />
      ) : (
        <Days {...props} slots={slots} />
      )}
    </div>
  );
}

function Days(props: SlotsProps & { slots: readonly FreeTime[] }) {
  const phone = useMedia(PHONE);
  const [every, setEvery] = useState(false);
  const days = weekOf(props.monday);
  const all = byDate(props.slots, props.groups, days, props.zone);
  const some = thinned(all);
  const offers = every ? all : some;
  const fewer = count(some) < count(all);
  return (
    <>
      {phone ? (
        <DayByDay {...props} days={days} offers={offers} />
      ) : (
        <WeekAtOnce {...props} days={days} offers={offers} />
      )}
      {fewer && (
        <div className="l-slots-every">
          <Button kind="link" size="small" onClick={() => setEvery(!every)}>
            {every ? 'Show fewer times' : 'Show every time'}
          </Button>
        </div>
      )}
    </>
  );
}

function count(days: ReadonlyMap<string, readonly Offer[]>): number {
  return [...days.values()].reduce((sum, { length }) => sum + length, 0);
}

function Waiting() {
  return (
    <div className="l-slots-loading" role="status" aria-label="Loading">
      {Array.from({ length: 7 }, (_, day) => (
        <div key={day}>
          <Skeleton height={54} />
          {Array.from({ length: 4 }, (_, row) => (
            <Skeleton key={row} height={48} />
          ))}
        </div>
      ))}
    </div>
  );
}

/** A week without a free time, and where the next one is. */
function Nothing({ later, teacher, zone, onWeek }: SlotsProps) {
  const name = firstName(teacher);
  const next = later && wallClock(later.start, zone);
  return (
    <StateView
      title={`${name} has no time this week`}
      lit={Boolean(next)}
      actions={
        next && (
          <Button kind="primary" onClick={() => onWeek(next.date)}>
            <span>
              Go to {shortDate(next.date)}, <span className="l-time">{next.time}</span>
            </span>
          </Button>
        )
      }
    >
      <p>{next ? 'The first free time is a little later.' : words(later, name)}</p>
    </StateView>
  );
}

function words(later: FreeTime | null | undefined, name: string): string {
  return later === undefined
    ? 'Looking for the first free time.'
    : `${name} has no free time in the coming weeks. Try another length, or look again soon.`;
}

function ZonePicker({ zone, mine, theirs, teacher, onZone }: SlotsProps) {
  const zones = [...new Set([mine, theirs, browserZone(), 'UTC'])];
  const nameOf = (id: string) =>
    id === mine
      ? `Your time, ${cityOf(id)}`
      : id === theirs
        ? `${firstName(teacher)}’s time, ${cityOf(id)}`
        : cityOf(id);
  return (
    <Select
      label="Times on the clock of"
      labelHidden
      plain
      icon={<Globe aria-hidden />}
      options={zones.map((id) => ({ id, text: nameOf(id) }))}
      value={zone}
      onChange={onZone}
    />
  );
}
