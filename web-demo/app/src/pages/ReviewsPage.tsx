import {
  Failure,
  ReviewsOf,
  SkeletonRows,
  StateView,
  useLectern,
  useReviewsOf,
} from '@lectern/react';
import { Star } from 'lucide-react';
import { Shell } from '../shell/Shell.tsx';

/** What others wrote about the caller, and the caller's replies. */
export function ReviewsPage() {
  const { me } = useLectern();
  const reviews = useReviewsOf(me.id);
  const none = reviews.data?.pages[0]?.count === 0;
  return (
    <Shell title="Your reviews">
      <header className="page-head">
        <div>
          <h1>Your reviews</h1>
          <p>What the people of your lessons wrote about you.</p>
        </div>
      </header>
      {reviews.isPending && (
        <div className="l-card teachers-wait">
          <SkeletonRows />
        </div>
      )}
      {reviews.isError && !reviews.data && (
        <div className="l-card teachers-wait">
          <Failure error={reviews.error} what="Your reviews" retry={() => void reviews.refetch()} />
        </div>
      )}
      {none && (
        <div className="l-card teachers-wait">
          <StateView title="Nobody has written yet" icon={Star} tone="info">
            <p>
              After a lesson both of you may write. It is published when both have, or two weeks
              later.
            </p>
          </StateView>
        </div>
      )}
      <div className="reviews-page">
        <ReviewsOf user={me.id} name={me.name} />
      </div>
    </Shell>
  );
}
