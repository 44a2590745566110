import type { Teacher } from '@lectern/client';
import {
  Failure,
  ReviewsOf,
  SessionBooking,
  Skeleton,
  StateView,
  useTeachers,
} from '@lectern/react';
import { SearchX } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { Shell } from '../shell/Shell.tsx';
import { TeacherHead } from './Teachers.tsx';

/** Books a lesson with one teacher. */
export function Book({ teacher: id }: { teacher: string }) {
  const [, navigate] = useLocation();
  const teachers = useTeachers();
  const teacher = teachers.data?.find((each) => each.id === id);
  return (
    <Shell title={teacher ? `Book ${teacher.name}` : 'Book a lesson'}>
      {teachers.isPending && (
        <div className="book-wait" role="status" aria-label="Loading">
          <h1 className="l-hidden">Book a lesson</h1>
          <Skeleton width="min(360px, 100%)" height={96} />
          <Skeleton height={420} />
        </div>
      )}
      {teachers.isError && !teachers.data && (
        <Failure
          level={1}
          error={teachers.error}
          what="This teacher"
          retry={() => void teachers.refetch()}
        />
      )}
      {teachers.data && !teacher && (
        <StateView
          level={1}
          title="Nobody here has that name"
          icon={SearchX}
          tone="info"
          actions={
            <Link href="/book" className="l-button l-button--primary">
              See who teaches
            </Link>
          }
        >
          <p>The teacher may have left, or the link was cut short.</p>
        </StateView>
      )}
      {teacher && (
        <SessionBooking
          teacher={teacher}
          skill={skillOf(teacher)}
          onBooked={(session) => navigate(`/lessons/${session.id}`)}
          head={<TeacherHead teacher={teacher} level={1} />}
        >
          <ReviewsOf user={teacher.id} name={teacher.name} />
        </SessionBooking>
      )}
    </Shell>
  );
}

/** What a lesson is about, from the teacher's headline: its first word. */
function skillOf(teacher: Teacher): string {
  return /^[\p{L}]+/u.exec(teacher.headline)?.[0] ?? '';
}
