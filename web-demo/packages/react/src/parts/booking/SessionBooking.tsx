import { addDays, mondayOf, type Session, type Teacher, wallClock } from '@lectern/client';
import { type ReactNode, useState } from 'react';
import { useLectern } from '../../hooks/context.ts';
import { useGroupLessons, usePolicyOf, useSlots } from '../../hooks/queries.ts';
import { useNow } from '../../hooks/time.ts';
import { PHONE, useMedia } from '../../hooks/useMedia.ts';
import { Button } from '../../kit/Button.tsx';
import { Dialog } from '../../kit/Dialog.tsx';
import { Failure } from '../../kit/Failure.tsx';
import { countdown, shortDate } from '../../text/format.ts';
import { BookingPanel } from './BookingPanel.tsx';
import { useTimeKept } from './ChosenTime.tsx';
import { GroupPanel } from './GroupPanel.tsx';
import { nearest } from './offers.ts';
import { Slots } from './Slots.tsx';
import { type Hold, useHold } from './useHold.ts';

interface SessionBookingProps {
  teacher: Teacher;
  /** What a lesson with the teacher is about. */
  skill: string;
  onBooked: (session: Session) => void;
  /** Shown above the times, and below them. */
  head?: ReactNode;
  children?: ReactNode;
}

const USUAL_LENGTH = 50;
/** How far ahead a first free time is looked for: what the server gives at once. */
const FAR = 62;

/** Books a lesson: how long, when, on whose clock, and what about. */
export function SessionBooking({ teacher, skill, onBooked, head, children }: SessionBookingProps) {
  const { zone: mine } = useLectern();
  const now = useNow(60_000);
  const phone = useMedia(PHONE);
  const [zone, setZone] = useState(mine);
  const [duration, setDuration] = useState(USUAL_LENGTH);
  const today = wallClock(now, zone).date;
  const [monday, setMonday] = useState(mondayOf(today));
  const [chosen, setChosen] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const asked = { teacher: teacher.id, duration, zone };
  const slots = useSlots({ ...asked, from: monday, days: 7 });
  const nothing = slots.data?.length === 0;
  const later = useSlots({ ...asked, from: addDays(monday, 7), days: FAR }, nothing);
  const groups = useGroupLessons(teacher.id);
  const group = groups.data?.find(({ id }) => id === chosen) ?? null;
  const start = group ? null : chosen;
  const policy = usePolicyOf(teacher.id);
  const { hold, again, spent } = useHold({ teacher: teacher.id, start, duration });
  const begins = group ? group.scheduledAt : start;
  const listed = slots.data?.find(({ start }) => start === chosen);
  const panel = group ? (
    <GroupPanel teacher={teacher} lesson={group} zone={zone} onBooked={onBooked} />
  ) : (
    <BookingPanel
      teacher={teacher}
      skill={skill}
      start={start}
      localStart={listed?.localStart ?? null}
      duration={duration}
      zone={zone}
      hold={hold}
      policy={policy.data ?? null}
      alternatives={start ? nearest(slots.data ?? [], start, duration) : []}
      onKeepAgain={again}
      onChoose={setChosen}
      onBooked={(session) => {
        spent();
        onBooked(session);
      }}
    />
  );
  return (
    <div className="l-booking">
      <div className="l-booking-main">
        {head}
        <div className="l-card">
          {slots.isError && !slots.data ? (
            <Failure
              error={slots.error}
              what={`${teacher.name}’s time`}
              retry={() => void slots.refetch()}
            />
          ) : (
            <Slots
              slots={slots.data ?? null}
              groups={groups.data ?? []}
              later={later.isPending ? undefined : (later.data?.[0] ?? null)}
              monday={monday}
              today={today}
              zone={zone}
              mine={mine}
              theirs={teacher.timeZone}
              teacher={teacher.name}
              duration={duration}
              chosen={chosen}
              chosenOn={begins && wallClock(begins, zone).date}
              onDuration={(minutes) => {
                setDuration(minutes);
                setChosen(null);
              }}
              onZone={setZone}
              onWeek={(date) => setMonday(mondayOf(date))}
              onMove={(weeks) => setMonday(addDays(monday, 7 * weeks))}
              onChoose={setChosen}
            />
          )}
        </div>
        {children}
      </div>
      {phone ? (
        <>
          {begins && (
            <Dock
              start={begins}
              zone={zone}
              duration={group?.duration ?? duration}
              hold={hold}
              onContinue={() => setOpen(true)}
            />
          )}
          {open && begins && (
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

interface DockProps {
  start: string;
  zone: string;
  duration: number;
  hold: Hold;
  onContinue: () => void;
}

/** The chosen time at the foot of a narrow screen, and the way on. */
function Dock({ start, zone, duration, hold, onContinue }: DockProps) {
  const left = useTimeKept(hold);
  const { date, time } = wallClock(start, zone);
  return (
    <div className="l-dock">
      <div>
        <b>
          {shortDate(date)}, <span className="l-time">{time}</span>
        </b>
        {left !== null && left > 0 ? (
          <span className="l-dock-kept">
            Kept for you, <span className="l-time">{countdown(left)}</span>
          </span>
        ) : (
          <span>{duration} minutes</span>
        )}
      </div>
      <Button kind="primary" size="large" onClick={onContinue}>
        Continue
      </Button>
    </div>
  );
}
