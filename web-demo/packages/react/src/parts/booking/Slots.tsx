import { addDays, browserZone, cityOf, minutesAhead, wallClock } from '@lectern/client';
import { ChevronLeft, ChevronRight, Globe } from 'lucide-react';
import { useState } from 'react';
import { PHONE, useMedia } from '../../hooks/useMedia.ts';
import { Button } from '../../kit/Button.tsx';
import { Segmented } from '../../kit/Segmented.tsx';
import { Select } from '../../kit/Select.tsx';
import { Skeleton } from '../../kit/Skeleton.tsx';
import {
  dayMonth,
  dayNumber,
  firstName,
  plural,
  shortWeekday,
  weekday,
  weekSpan,
} from '../../text/format.ts';
import type { FreeTime } from './freeTimes.ts';

const LENGTHS = [25, 50, 80];
/** A day with more times than this is shown a part at a time. */
const CROWDED = 9;

const PARTS = [
  { id: 'morning', text: 'Morning', from: '00:00', to: '12:00' },
  { id: 'afternoon', text: 'Afternoon', from: '12:00', to: '17:00' },
  { id: 'evening', text: 'Evening', from: '17:00', to: '24:00' },
] as const;

interface SlotsProps {
  free: readonly FreeTime[] | null;
  monday: string;
  today: string;
  zone: string;
  mine: string;
  theirs: string;
  teacher: string;
  duration: number;
  chosen: string | null;
  onDuration: (minutes: number) => void;
  onZone: (zone: string) => void;
  onWeek: (by: number) => void;
  onChoose: (start: string) => void;
}

interface Slot {
  start: string;
  time: string;
}

/** A week of times at which a lesson could begin. */
export function Slots(props: SlotsProps) {
  const phone = useMedia(PHONE);
  const { free, monday, zone, today } = props;
  const days = Array.from({ length: 7 }, (_, day) => addDays(monday, day));
  const byDay = new Map<string, Slot[]>(days.map((date) => [date, []]));
  for (const { start } of free ?? []) {
    const { date, time } = wallClock(start, zone);
    byDay.get(date)?.push({ start, time });
  }
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
            onClick={() => props.onWeek(-1)}
          >
            <ChevronLeft aria-hidden className="l-flip" />
          </Button>
          <Button size="small" icon aria-label="The next week" onClick={() => props.onWeek(1)}>
            <ChevronRight aria-hidden className="l-flip" />
          </Button>
        </div>
      </header>
      {free === null ? (
        <div className="l-slots-loading" role="status" aria-label="Loading">
          {days.map((date) => (
            <Skeleton key={date} height={220} />
          ))}
        </div>
      ) : phone ? (
        <DayByDay {...props} days={days} byDay={byDay} />
      ) : (
        <WeekAtOnce {...props} days={days} byDay={byDay} />
      )}
    </div>
  );
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

interface DaysProps extends SlotsProps {
  days: readonly string[];
  byDay: ReadonlyMap<string, readonly Slot[]>;
}

function WeekAtOnce(props: DaysProps) {
  const { days, byDay, today, zone, theirs, chosen } = props;
  const crowded = [...byDay.values()].some((slots) => slots.length > CROWDED);
  const [part, setPart] = useState<string>('afternoon');
  const hours = PARTS.find(({ id }) => id === part) ?? PARTS[1];
  const shown = (slots: readonly Slot[]) =>
    crowded ? slots.filter(({ time }) => time >= hours.from && time < hours.to) : slots;
  return (
    <>
      {crowded && (
        <div className="l-slots-part">
          <Segmented label="Part of the day" options={PARTS} value={part} onChange={setPart} />
        </div>
      )}
      <div className="l-slots-days">
        {days.map((date) => (
          <section key={date} aria-label={`${weekday(date)} ${dayMonth(date)}`}>
            <div
              className="l-slots-day"
              data-chosen={(chosen && wallClock(chosen, zone).date === date) || undefined}
              data-past={date < today || undefined}
            >
              <span>{date === today ? 'Today' : shortWeekday(date)}</span>
              <b>{dayNumber(date)}</b>
            </div>
            {shown(byDay.get(date) ?? []).map((slot) => (
              <SlotButton key={slot.start} slot={slot} {...props} />
            ))}
            {shown(byDay.get(date) ?? []).length === 0 && (
              <p className="l-slot-none">{date < today ? 'Past' : 'No time'}</p>
            )}
          </section>
        ))}
      </div>
      <Legend {...props} theirs={theirs} />
    </>
  );
}

function DayByDay(props: DaysProps) {
  const { days, byDay, today, zone, chosen } = props;
  const first = chosen ? wallClock(chosen, zone).date : undefined;
  const [picked, setPicked] = useState<string | null>(null);
  const usable = days.find((date) => (byDay.get(date) ?? []).length > 0) ?? days[0] ?? today;
  const day =
    picked && days.includes(picked) ? picked : first && days.includes(first) ? first : usable;
  const slots = byDay.get(day) ?? [];
  return (
    <>
      <ol className="l-week l-slots-strip">
        {days.map((date) => {
          const count = (byDay.get(date) ?? []).length;
          return (
            <li key={date}>
              <button
                type="button"
                aria-pressed={date === day}
                disabled={count === 0}
                aria-label={`${weekday(date)} ${dayMonth(date)}, ${count} ${plural(count, 'time')}`}
                onClick={() => setPicked(date)}
              >
                <span>{shortWeekday(date)}</span>
                <b>{dayNumber(date)}</b>
                <span className="l-slots-much" data-much={count > 4 || undefined} />
              </button>
            </li>
          );
        })}
      </ol>
      <div className="l-slots-parts">
        {PARTS.map((part) => {
          const some = slots.filter(({ time }) => time >= part.from && time < part.to);
          return some.length === 0 ? null : (
            <section key={part.id}>
              <h2>{part.text}</h2>
              <div>
                {some.map((slot) => (
                  <SlotButton key={slot.start} slot={slot} {...props} named />
                ))}
              </div>
            </section>
          );
        })}
        {slots.length === 0 && <p className="l-muted">No time is free this week. Try the next.</p>}
      </div>
    </>
  );
}

interface SlotButtonProps extends SlotsProps {
  slot: Slot;
  /** Says whose the second time is. */
  named?: boolean;
}

function SlotButton({ slot, theirs, zone, chosen, onChoose, named }: SlotButtonProps) {
  const there = wallClock(slot.start, theirs).time;
  return (
    <button
      type="button"
      className="l-slot"
      aria-pressed={chosen === slot.start}
      onClick={() => onChoose(slot.start)}
    >
      <b className="l-time">{slot.time}</b>
      {theirs !== zone && (
        <span className="l-time">
          {there}
          {named && ` ${cityOf(theirs)}`}
        </span>
      )}
    </button>
  );
}

function Legend({ zone, theirs, mine, monday, free }: SlotsProps) {
  const at = free?.[0]?.start ?? `${monday}T12:00:00Z`;
  const ahead = minutesAhead(at, zone, theirs);
  return (
    <p className="l-slots-legend">
      <span>
        <b className="l-time">18:00</b> {zone === mine ? 'your time' : cityOf(zone)}
      </span>
      {theirs !== zone && (
        <span>
          <span className="l-time">
            {wallClock(Date.parse('2026-01-01T18:00:00Z') + ahead * 60_000, 'UTC').time}
          </span>{' '}
          {cityOf(theirs)}, {difference(ahead)}
        </span>
      )}
    </p>
  );
}

function difference(minutes: number): string {
  if (minutes === 0) return 'the same time';
  const hours = Math.abs(minutes) / 60;
  const words = hours === 1 ? 'one hour' : `${hours} hours`;
  return `${words} ${minutes > 0 ? 'ahead' : 'behind'}`;
}
