import { cityOf, type Teacher, wallClock } from '@lectern/client';
import {
  Avatar,
  Button,
  Failure,
  plural,
  SkeletonRows,
  StateView,
  useLectern,
  useNow,
  useTeachers,
} from '@lectern/react';
import { Clock, Search, Star } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { Link } from 'wouter';
import { Shell } from '../shell/Shell.tsx';

/** Who can be booked. */
export function Teachers() {
  const { me } = useLectern();
  const [typed, setTyped] = useState('');
  const q = useDeferredValue(typed.trim());
  const teachers = useTeachers(q);
  const others = teachers.data?.filter((teacher) => teacher.id !== me.id) ?? [];
  return (
    <Shell title="Find a lesson">
      <header className="page-head">
        <div>
          <h1>Find a lesson</h1>
          <p>Choose a teacher, then a time that suits both of you.</p>
        </div>
        <label className="l-search teachers-search">
          <span className="l-hidden">Search teachers</span>
          <Search aria-hidden />
          <input
            className="l-input"
            type="search"
            placeholder="A name or a subject"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
      </header>
      {teachers.isPending && (
        <div className="l-card teachers-wait">
          <SkeletonRows />
        </div>
      )}
      {teachers.isError && !teachers.data && (
        <div className="l-card teachers-wait">
          <Failure
            error={teachers.error}
            what="The list of teachers"
            retry={() => void teachers.refetch()}
          />
        </div>
      )}
      {teachers.data && others.length === 0 && (
        <div className="l-card teachers-wait">
          <StateView
            title={q ? 'Nobody teaches that here' : 'No teachers yet'}
            actions={q ? <Button onClick={() => setTyped('')}>Show everybody</Button> : undefined}
          >
            <p>{q ? 'Try another word.' : 'When a teacher joins, you find them here.'}</p>
          </StateView>
        </div>
      )}
      <ul className="teachers">
        {others.map((teacher) => (
          <li key={teacher.id}>
            <TeacherCard teacher={teacher} />
          </li>
        ))}
      </ul>
    </Shell>
  );
}

function TeacherCard({ teacher }: { teacher: Teacher }) {
  return (
    <article className="l-card l-card--pad teacher">
      <TeacherHead teacher={teacher} level={2} />
      <Link href={`/book/${teacher.id}`} className="l-button l-button--primary">
        See free times
      </Link>
    </article>
  );
}

/** Somebody who teaches: face, subject, stars, and what time it is for them. */
export function TeacherHead({ teacher, level }: { teacher: Teacher; level: 1 | 2 }) {
  const now = useNow(30_000);
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <div className="teacher-head">
      <Avatar id={teacher.id} name={teacher.name} size={96} />
      <div>
        <Heading>{teacher.name}</Heading>
        {teacher.headline && <p className="teacher-line">{teacher.headline}</p>}
        <ul className="teacher-facts">
          <li>
            {teacher.average !== null && teacher.count > 0 ? (
              <>
                <Star aria-hidden className="teacher-star" />
                <b>{teacher.average.toFixed(1)}</b> from {teacher.count}{' '}
                {plural(teacher.count, 'review')}
              </>
            ) : (
              <>
                <Star aria-hidden /> No reviews yet
              </>
            )}
          </li>
          <li>
            <Clock aria-hidden />
            <span>
              {cityOf(teacher.timeZone)},{' '}
              <span className="l-time">{wallClock(now, teacher.timeZone).time}</span>
            </span>
          </li>
        </ul>
      </div>
    </div>
  );
}
