import { type ModeratedReview, wallClock } from '@lectern/client';
import {
  Avatar,
  Button,
  Chip,
  dayMonth,
  Failure,
  plural,
  Segmented,
  SkeletonRows,
  Stars,
  StateView,
  useLectern,
} from '@lectern/react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { EyeOff, Flag, Hourglass, Star, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { AdminShell } from './AdminShell.tsx';
import { Moderate } from './Moderate.tsx';

const ALL = 'all';

const STATES = [
  { id: ALL, text: 'All' },
  { id: 'reported', text: 'Reported' },
  { id: 'flagged', text: 'Odd' },
  { id: 'hidden', text: 'Out of view' },
  { id: 'pending', text: 'Waiting' },
] as const;

/** What makes a review look as if it were not meant honestly. */
const FLAGS: Record<string, string> = {
  shared_contact: 'The two have one address or phone',
  duplicate_reviewer: 'The same person wrote twice',
  short_lesson: 'Under five minutes together',
  burst: 'Many within a day',
};

/** What people wrote about each other, and whether it stays in view. */
export function AdminReviews() {
  const { lectern } = useLectern();
  const [state, setState] = useState<string>(ALL);
  const [moderating, setModerating] = useState<ModeratedReview | null>(null);
  const reviews = useInfiniteQuery({
    queryKey: ['reviews', 'all', state],
    queryFn: ({ pageParam }) =>
      lectern.allReviews({
        ...(state !== ALL && { state }),
        ...(pageParam && { cursor: pageParam }),
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
  const items = reviews.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <AdminShell title="Reviews">
      <header className="admin-head">
        <h1>Reviews</h1>
        <div className="admin-head-end">
          <Segmented label="Which reviews" options={STATES} value={state} onChange={setState} />
        </div>
      </header>
      <div className="l-card admin-card">
        {reviews.isPending && <SkeletonRows rows={6} />}
        {reviews.isError && !reviews.data && (
          <Failure error={reviews.error} what="The reviews" retry={() => void reviews.refetch()} />
        )}
        {reviews.data && items.length === 0 && (
          <StateView
            title={state === ALL ? 'Nothing was reviewed yet' : 'No review is like that'}
            icon={Star}
            tone="info"
          >
            <p>
              {state === ALL
                ? 'After a lesson both may write; what they write stands here.'
                : 'There is nothing to look at.'}
            </p>
          </StateView>
        )}
        <ul className="l-rows">
          {items.map((review) => (
            <ReviewRow key={review.id} review={review} onModerate={() => setModerating(review)} />
          ))}
        </ul>
        {reviews.hasNextPage && (
          <footer className="admin-pages">
            <Button
              size="small"
              busy={reviews.isFetchingNextPage}
              onClick={() => void reviews.fetchNextPage()}
            >
              Show earlier
            </Button>
          </footer>
        )}
      </div>
      {moderating && <Moderate review={moderating} onDone={() => setModerating(null)} />}
    </AdminShell>
  );
}

interface ReviewRowProps {
  review: ModeratedReview;
  onModerate: () => void;
}

function ReviewRow({ review, onModerate }: ReviewRowProps) {
  const { zone } = useLectern();
  const by = review.reviewerName ?? review.reviewerId;
  const about = review.revieweeName ?? review.revieweeId;
  const hidden = review.state === 'hidden';
  return (
    <li className="admin-review" data-reported={review.reportCount > 0 || undefined}>
      <Avatar id={review.reviewerId} name={by} />
      <div>
        <header>
          <b>{by}</b> about <b>{about}</b>
          <Stars rating={review.rating} />
          <span className="l-muted">{dayMonth(wallClock(review.createdAt, zone).date)}</span>
          {review.state === 'pending' && (
            <Chip>
              <Hourglass aria-hidden /> Waits for the other
            </Chip>
          )}
          {hidden && (
            <Chip tone="outline">
              <EyeOff aria-hidden /> Out of view
            </Chip>
          )}
          {review.reportCount > 0 && (
            <Chip tone="bad">
              <Flag aria-hidden /> Reported
              {review.reportCount > 1 && ` by ${review.reportCount}`}
            </Chip>
          )}
          {review.flags.map((flag) => (
            <Chip key={flag} tone="now">
              <TriangleAlert aria-hidden /> {FLAGS[flag] ?? flag}
            </Chip>
          ))}
        </header>
        {review.comment ? (
          <p dir="auto">{review.comment}</p>
        ) : (
          <p className="l-faint">Stars alone, no words.</p>
        )}
        {review.reply !== null && (
          <p className="l-muted" dir="auto">
            {about} replied: {review.reply}
          </p>
        )}
        {review.reports.length > 0 && (
          <ul
            className="admin-reports"
            aria-label={`${review.reports.length} ${plural(review.reports.length, 'report')}`}
          >
            {review.reports.map((report) => (
              <li key={`${report.reporterId} ${report.createdAt}`} dir="auto">
                “{report.reason}”
              </li>
            ))}
          </ul>
        )}
        {review.hiddenReason && <p className="l-muted">Out of view: {review.hiddenReason}</p>}
      </div>
      <div className="admin-review-do">
        <Link
          href={`/lessons/${review.sessionId}`}
          className="l-button l-button--link l-button--small"
        >
          See the lesson
        </Link>
        <Button size="small" onClick={onModerate}>
          {hidden ? 'Bring back' : 'Take out of view'}
        </Button>
      </div>
    </li>
  );
}
