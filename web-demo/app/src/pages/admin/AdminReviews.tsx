import { type Review, wallClock } from '@lectern/client';
import {
  Avatar,
  Button,
  dayMonth,
  Failure,
  SkeletonRows,
  Stars,
  StateView,
  useLectern,
} from '@lectern/react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Star } from 'lucide-react';
import { Link } from 'wouter';
import { AdminShell } from './AdminShell.tsx';

/** What people wrote about each other, the newest first. */
export function AdminReviews() {
  const { lectern } = useLectern();
  const reviews = useInfiniteQuery({
    queryKey: ['reviews', 'all'],
    queryFn: ({ pageParam }) => lectern.allReviews(pageParam ?? undefined),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
  const items = reviews.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <AdminShell title="Reviews">
      <header className="admin-head">
        <h1>Reviews</h1>
      </header>
      <div className="l-card admin-card">
        {reviews.isPending && <SkeletonRows rows={6} />}
        {reviews.isError && !reviews.data && (
          <Failure error={reviews.error} what="The reviews" retry={() => void reviews.refetch()} />
        )}
        {reviews.data && items.length === 0 && (
          <StateView title="Nothing was reviewed yet" icon={Star} tone="info">
            <p>After a lesson both may write; what they write stands here.</p>
          </StateView>
        )}
        <ul className="l-rows">
          {items.map((review) => (
            <ReviewRow key={review.id} review={review} />
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
    </AdminShell>
  );
}

function ReviewRow({ review }: { review: Review }) {
  const { zone } = useLectern();
  const by = review.reviewerName ?? review.reviewerId;
  const about = review.revieweeName ?? review.revieweeId;
  return (
    <li className="admin-review">
      <Avatar id={review.reviewerId} name={by} />
      <div>
        <header>
          <b>{by}</b> about <b>{about}</b>
          <Stars rating={review.rating} />
          <span className="l-muted">{dayMonth(wallClock(review.createdAt, zone).date)}</span>
        </header>
        {review.comment ? (
          <p dir="auto">{review.comment}</p>
        ) : (
          <p className="l-faint">Stars alone, no words.</p>
        )}
      </div>
      <Link
        href={`/lessons/${review.sessionId}`}
        className="l-button l-button--link l-button--small"
      >
        See the lesson
      </Link>
    </li>
  );
}
