import { type Teacher, wallClock } from '@lectern/client';
import {
  Avatar,
  dayMonth,
  Failure,
  plural,
  SessionBooking,
  Skeleton,
  Stars,
  StateView,
  useLectern,
  useReviewsOf,
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
          <Skeleton width={360} height={96} />
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
          <Reviews teacher={teacher} />
        </SessionBooking>
      )}
    </Shell>
  );
}

/** What a lesson is about, from the teacher's headline: its first word. */
function skillOf(teacher: Teacher): string {
  return /^[\p{L}]+/u.exec(teacher.headline)?.[0] ?? '';
}

function Reviews({ teacher }: { teacher: Teacher }) {
  const { zone } = useLectern();
  const reviews = useReviewsOf(teacher.id);
  if (!reviews.data || reviews.data.count === 0) return null;
  const { average, count, histogram, items } = reviews.data;
  return (
    <section className="reviews" aria-label={`Reviews of ${teacher.name}`}>
      <div className="reviews-figures">
        <div>
          <b className="l-display">{average?.toFixed(1)}</b>
          <p>
            <Stars rating={average ?? 0} />
            <span>
              {count} {plural(count, 'review')}
            </span>
          </p>
        </div>
        <dl>
          {[5, 4, 3, 2, 1].map((stars) => (
            <div key={stars}>
              <dt>{stars}</dt>
              <dd>
                <i style={{ inlineSize: `${((histogram[stars - 1] ?? 0) / count) * 100}%` }} />
              </dd>
              <dd>{histogram[stars - 1] ?? 0}</dd>
            </div>
          ))}
        </dl>
      </div>
      <ul>
        {items.slice(0, 5).map((review) => (
          <li key={review.id}>
            <header>
              <Avatar id={review.reviewerId} name={review.reviewerName ?? '?'} size={32} />
              <b>{review.reviewerName ?? 'A student'}</b>
              <Stars rating={review.rating} />
              <span className="l-muted">{dayMonth(wallClock(review.createdAt, zone).date)}</span>
            </header>
            {review.comment && <p dir="auto">{review.comment}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
