import { type Session, wallClock } from '@lectern/client';
import {
  Avatar,
  canChange,
  dayNumber,
  lessonTimes,
  Menu,
  type MenuAction,
  nearDay,
  otherPerson,
  timeThere,
  useLectern,
  useNow,
  useSeriesPlaces,
  seriesWords,
} from '@lectern/react';
import { CalendarClock, CalendarX2, FileText } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { LessonChip } from './LessonChip.tsx';

interface LessonRowProps {
  lesson: Session;
  line: string;
  /** The other person's zone, where it is known. */
  otherZone?: string | undefined;
}

/** A lesson that lies ahead, in one row. */
export function LessonRow({ lesson, line, otherZone }: LessonRowProps) {
  const { me, zone } = useLectern();
  const now = useNow(60_000);
  const other = otherPerson(lesson, me.id);
  const { date, start, end } = lessonTimes(lesson, zone);
  const place = useSeriesPlaces([lesson]).get(lesson.id);
  return (
    <li className="lesson-row">
      <div className="l-date">
        <b>{dayNumber(date)}</b>
        <span>{nearDay(date, wallClock(now, zone).date)}</span>
      </div>
      <div className="lesson-row-time">
        <span className="l-time">
          {start} – {end}
        </span>
        {otherZone && otherZone !== zone && <span>{timeThere(lesson.scheduledAt, otherZone)}</span>}
      </div>
      <Avatar id={other.id} name={other.name} />
      <div className="lesson-row-words">
        <Link href={`/lessons/${lesson.id}`}>{lesson.title}</Link>
        <span>
          {line}
          {place && `, ${seriesWords(place)}`}
        </span>
      </div>
      <LessonChip lesson={lesson} />
      <LessonMenu lesson={lesson} />
    </li>
  );
}

function LessonMenu({ lesson }: { lesson: Session }) {
  const [, navigate] = useLocation();
  const now = useNow(60_000);
  const page = `/lessons/${lesson.id}`;
  const changes: MenuAction[] = [
    {
      id: 'edit',
      text: 'Change or move it',
      icon: <CalendarClock aria-hidden />,
      run: () => navigate(`${page}?do=edit`),
    },
    {
      id: 'cancel',
      text: 'Cancel it',
      bad: true,
      icon: <CalendarX2 aria-hidden />,
      run: () => navigate(`${page}?do=cancel`),
    },
  ];
  const details = {
    id: 'details',
    text: 'Details',
    icon: <FileText aria-hidden />,
    run: () => navigate(page),
  };
  return (
    <Menu
      label={`What to do with ${lesson.title}`}
      actions={[details, ...(canChange(lesson, now) ? changes : [])]}
    />
  );
}
