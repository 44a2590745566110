import { addDays, mondayOf, type Session, type Teacher, wallClock } from '@lectern/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useLectern } from '../../hooks/context.ts';
import { keys } from '../../hooks/queries.ts';
import { useNow } from '../../hooks/time.ts';
import { PHONE, useMedia } from '../../hooks/useMedia.ts';
import { Button } from '../../kit/Button.tsx';
import { Dialog } from '../../kit/Dialog.tsx';
import { Failure } from '../../kit/Failure.tsx';
import { shortDate } from '../../text/format.ts';
import { BookingPanel } from './BookingPanel.tsx';
import { type FreeTime, freeTimes } from './freeTimes.ts';
import { Slots } from './Slots.tsx';

interface SessionBookingProps {
  teacher: Teacher;
  /** What a lesson with the teacher is about. */
  skill: string;
  onBooked: (session: Session) => void;
  /** Shown above the times, and below them. */
  head?: ReactNode;
  children?: ReactNode;
}

/** Books a lesson: how long, when, on whose clock, and what about. */
export function SessionBooking({ teacher, skill, onBooked, head, children }: SessionBookingProps) {
  const { lectern, zone: mine } = useLectern();
  const now = useNow(60_000);
  const phone = useMedia(PHONE);
  const [zone, setZone] = useState(mine);
  const [duration, setDuration] = useState(50);
  const today = wallClock(now, zone).date;
  const [monday, setMonday] = useState(mondayOf(today));
  const [chosen, setChosen] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const free = useQuery({
    queryKey: [...keys.lessons, 'free', teacher.id, zone, monday, duration],
    queryFn: () =>
      freeTimes(lectern, {
        teacher: teacher.id,
        zone,
        from: monday,
        days: 7,
        duration,
        now: Date.now(),
      }),
    placeholderData: keepPreviousData,
  });
  const panel = (
    <BookingPanel
      teacher={teacher}
      skill={skill}
      start={chosen}
      duration={duration}
      zone={zone}
      alternatives={(taken) => nearest(free.data ?? [], taken)}
      onChoose={setChosen}
      onBooked={onBooked}
    />
  );
  return (
    <div className="l-booking">
      <div className="l-booking-main">
        {head}
        <div className="l-card">
          {free.isError && !free.data ? (
            <Failure
              error={free.error}
              what={`${teacher.name}’s time`}
              retry={() => void free.refetch()}
            />
          ) : (
            <Slots
              free={free.data ?? null}
              monday={monday}
              today={today}
              zone={zone}
              mine={mine}
              theirs={teacher.timeZone}
              teacher={teacher.name}
              duration={duration}
              chosen={chosen}
              onDuration={(minutes) => {
                setDuration(minutes);
                setChosen(null);
              }}
              onZone={setZone}
              onWeek={(by) => setMonday(addDays(monday, 7 * by))}
              onChoose={setChosen}
            />
          )}
        </div>
        {children}
      </div>
      {phone ? (
        <>
          {chosen && (
            <div className="l-dock">
              <div>
                <b className="l-time">
                  {shortDate(wallClock(chosen, zone).date)}, {wallClock(chosen, zone).time}
                </b>
                <span>{duration} minutes</span>
              </div>
              <Button kind="primary" size="large" onClick={() => setOpen(true)}>
                Continue
              </Button>
            </div>
          )}
          {open && (
            <Dialog plain title="Book this lesson" onClose={() => setOpen(false)}>
              {panel}
            </Dialog>
          )}
        </>
      ) : (
        <aside className="l-booking-side" aria-label="Your lesson">
          {panel}
        </aside>
      )}
    </div>
  );
}

/** Two other times, as near as can be to the one that has gone. */
function nearest(free: readonly FreeTime[], taken: string): string[] {
  const distance = (start: string) => Math.abs(Date.parse(start) - Date.parse(taken));
  return free
    .map(({ start }) => start)
    .filter((start) => distance(start) >= 30 * 60_000)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, 2)
    .sort();
}
