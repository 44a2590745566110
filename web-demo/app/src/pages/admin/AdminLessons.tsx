import {
  addDays,
  addMonths,
  cityOf,
  mondayOf,
  type OverseenSession,
  type Session,
  startOfDay,
  wallClock,
} from '@lectern/client';
import {
  Avatar,
  Button,
  canChange,
  Chip,
  Failure,
  firstName,
  keys,
  lessonTimes,
  Menu,
  momentOf,
  SaveFile,
  shortDayMonth,
  SkeletonRows,
  StateView,
  useLectern,
  useNow,
  useTeachers,
} from '@lectern/react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { CalendarX2, FileText, Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { CancelLesson } from '../lesson/CancelLesson.tsx';
import { FilterChip, NONE } from './FilterChip.tsx';
import { HowItStands, Quality, Together } from './HowItStands.tsx';
import { AdminShell } from './AdminShell.tsx';

const PAGE = 20;
const ANY = NONE;

const STATUSES = [
  { id: ANY, text: 'Any status' },
  { id: 'scheduled', text: 'Scheduled' },
  { id: 'in-progress', text: 'Now' },
  { id: 'completed', text: 'Completed' },
  { id: 'cancelled', text: 'Cancelled' },
] as const;

const ANYBODY = { id: ANY, text: 'Any teacher' };
const ANYTHING = { id: ANY, text: 'Any subject' };

const MONTH = 'month';

const PERIODS = [
  { id: 'today', text: 'Today' },
  { id: 'week', text: 'This week' },
  { id: MONTH, text: 'This month' },
  { id: ANY, text: 'Any time' },
] as const;

/** Every lesson of the place, with what an admin may do about it. */
export function AdminLessons() {
  const { lectern, zone } = useLectern();
  const [typed, setTyped] = useState('');
  const [status, setStatus] = useState<string>(ANY);
  const [period, setPeriod] = useState<string>(MONTH);
  const [teacher, setTeacher] = useState<string>(ANY);
  const [skill, setSkill] = useState<string>(ANY);
  const teachers = useTeachers().data ?? [];
  const q = useDeferredValue(typed.trim());
  // The cursors of the pages before this one; the last is this page's own.
  const [trail, setTrail] = useState<readonly (string | null)[]>([null]);
  const cursor = trail.at(-1) ?? null;
  const [cancelling, setCancelling] = useState<Session | null>(null);
  const now = useNow(15_000);
  const narrowed = {
    ...spanOf(period, wallClock(now, zone).date, zone),
    ...(q && { q }),
    ...(status !== ANY && { status }),
    ...(teacher !== ANY && { with: teacher }),
    ...(skill !== ANY && { skill }),
  };
  const filter = { ...narrowed, limit: PAGE, timeZone: zone, ...(cursor && { cursor }) };
  const lessons = useQuery({
    queryKey: keys.all(filter),
    queryFn: () => lectern.allLessons(filter),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
  const items = lessons.data?.items ?? [];
  const live = items.filter((lesson) => lesson.status === 'in-progress').length;
  const all = Object.keys(narrowed).length === 0;
  const skills = [...new Set([...items.map((each) => each.skill), skill])].filter(
    (each) => each !== '' && each !== ANY,
  );
  const clear = () => {
    setTyped('');
    setStatus(ANY);
    setPeriod(ANY);
    setTeacher(ANY);
    setSkill(ANY);
    setTrail([null]);
  };
  return (
    <AdminShell title="Lessons">
      <header className="admin-head">
        <h1>Lessons</h1>
        {live > 0 && (
          <Chip tone="now">
            <span className="l-dot" /> {live} now
          </Chip>
        )}
        <div className="admin-head-end">
          <SaveFile name="lessons.csv" type="text/csv" load={() => lectern.allLessonsCsv(narrowed)}>
            Export
          </SaveFile>
        </div>
      </header>
      <div className="l-card admin-card">
        <div className="admin-filters">
          <label className="l-search">
            <span className="l-hidden">Search lessons</span>
            <Search aria-hidden />
            <input
              className="l-input"
              type="search"
              placeholder="Title or person"
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value);
                setTrail([null]);
              }}
            />
          </label>
          <FilterChip
            label="When"
            options={PERIODS}
            value={period}
            onChange={(id) => {
              setPeriod(id);
              setTrail([null]);
            }}
          />
          <FilterChip
            label="Teacher"
            options={[ANYBODY, ...teachers.map(({ id, name }) => ({ id, text: name }))]}
            value={teacher}
            onChange={(id) => {
              setTeacher(id);
              setTrail([null]);
            }}
          />
          <FilterChip
            label="Status"
            options={STATUSES}
            value={status}
            onChange={(id) => {
              setStatus(id);
              setTrail([null]);
            }}
          />
          <FilterChip
            label="Subject"
            options={[ANYTHING, ...skills.map((each) => ({ id: each, text: each }))]}
            value={skill}
            onChange={(id) => {
              setSkill(id);
              setTrail([null]);
            }}
          />
          {!all && (
            <Button kind="link" onClick={clear}>
              Clear
            </Button>
          )}
        </div>
        {lessons.isPending && <SkeletonRows rows={8} />}
        {lessons.isError && !lessons.data && (
          <Failure error={lessons.error} what="The lessons" retry={() => void lessons.refetch()} />
        )}
        {lessons.data && items.length === 0 && (
          <StateView
            title={all ? 'No lessons yet' : 'No lesson is like that'}
            actions={all ? undefined : <Button onClick={clear}>Show every lesson</Button>}
          >
            <p>
              {all
                ? 'When one is booked, it stands here.'
                : 'Try a shorter word, or fewer conditions.'}
            </p>
          </StateView>
        )}
        {items.length > 0 && (
          <table className="admin-table">
            <thead>
              <tr>
                <th scope="col">When, {cityOf(zone)}</th>
                <th scope="col">Lesson</th>
                <th scope="col">Teacher</th>
                <th scope="col">Student</th>
                <th scope="col">Status</th>
                <th scope="col">Together</th>
                <th scope="col">Quality</th>
                <th scope="col">
                  <span className="l-hidden">What to do</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((lesson) => (
                <Row
                  key={lesson.id}
                  lesson={lesson}
                  now={now}
                  onCancel={() => setCancelling(lesson)}
                />
              ))}
            </tbody>
          </table>
        )}
        {lessons.data && (trail.length > 1 || lessons.data.nextCursor) && (
          <footer className="admin-pages">
            <span>
              {(trail.length - 1) * PAGE + 1} to {(trail.length - 1) * PAGE + items.length}
            </span>
            <Button
              size="small"
              disabled={trail.length === 1}
              onClick={() => setTrail(trail.slice(0, -1))}
            >
              Back
            </Button>
            <Button
              size="small"
              disabled={!lessons.data.nextCursor}
              onClick={() => setTrail([...trail, lessons.data.nextCursor])}
            >
              More
            </Button>
          </footer>
        )}
      </div>
      {cancelling && <CancelLesson lesson={cancelling} onDone={() => setCancelling(null)} />}
    </AdminShell>
  );
}

function spanOf(period: string, today: string, zone: string): { from?: string; to?: string } {
  const span = (from: string, to: string) => ({
    from: startOfDay(from, zone),
    to: startOfDay(to, zone),
  });
  const first = `${today.slice(0, 8)}01`;
  switch (period) {
    case 'today':
      return span(today, addDays(today, 1));
    case 'week':
      return span(mondayOf(today), addDays(mondayOf(today), 7));
    case MONTH:
      return span(first, addMonths(first, 1));
    default:
      return {};
  }
}

interface RowProps {
  lesson: OverseenSession;
  now: number;
  onCancel: () => void;
}

function Row({ lesson, now, onCancel }: RowProps) {
  const { zone } = useLectern();
  const [, navigate] = useLocation();
  const { date, start } = lessonTimes(lesson, zone);
  const details = {
    id: 'details',
    text: 'Details',
    icon: <FileText aria-hidden />,
    run: () => navigate(`/lessons/${lesson.id}`),
  };
  const cancel = {
    id: 'cancel',
    text: 'Cancel it',
    bad: true,
    icon: <CalendarX2 aria-hidden />,
    run: onCancel,
  };
  const changeable = canChange(lesson, now) || lesson.status === 'in-progress';
  return (
    <tr data-moment={momentOf(lesson, now)} data-disputed={lesson.disputed || undefined}>
      <td className="l-time">
        <b>{start}</b> <span className="l-muted">{shortDayMonth(date)}</span>
      </td>
      <td>
        <Link href={`/lessons/${lesson.id}`}>{lesson.title}</Link>
      </td>
      <td>
        <Named id={lesson.teacher} name={lesson.teacherName} />
      </td>
      <td>
        {lesson.student ? (
          <Named id={lesson.student} name={lesson.studentName ?? lesson.student} />
        ) : (
          'A group'
        )}
      </td>
      <td>
        <HowItStands lesson={lesson} />
      </td>
      <td className="l-muted">
        <Together lesson={lesson} />
      </td>
      <td>
        <Quality lesson={lesson} />
      </td>
      <td>
        <Menu
          label={`What to do with ${lesson.title}`}
          actions={changeable ? [details, cancel] : [details]}
        />
      </td>
    </tr>
  );
}

function Named({ id, name }: { id: string; name: string }) {
  return (
    <span className="named">
      <Avatar id={id} name={name} size={24} />
      <span className="named-full">{name}</span>
      <span className="named-short" aria-hidden="true">
        {firstName(name)}
      </span>
    </span>
  );
}
