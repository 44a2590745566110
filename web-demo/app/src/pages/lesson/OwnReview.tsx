import type { Session } from '@lectern/client';
import {
  Button,
  Chip,
  dayMonth,
  Dialog,
  firstName,
  otherPerson,
  ReviewForm,
  reviewsClose,
  Stars,
  useLectern,
  useOwnReviews,
} from '@lectern/react';
import { Eye, EyeOff, Hourglass } from 'lucide-react';
import { useState } from 'react';

/** What the caller wrote about a lesson, and who can see it. */
export function OwnReview({ lesson }: { lesson: Session }) {
  const { me, zone } = useLectern();
  const [editing, setEditing] = useState(false);
  const review = useOwnReviews(lesson.id, true).data?.[0];
  if (!review) return null;
  const close = () => setEditing(false);
  const other = firstName(otherPerson(lesson, me.id).name);
  return (
    <section className="l-card l-card--pad own-review" aria-labelledby="own-review">
      <header>
        <h2 id="own-review">Your review</h2>
        {review.state === 'pending' && (
          <Chip tone="now">
            <Hourglass aria-hidden /> Not published yet
          </Chip>
        )}
        {review.state === 'published' && (
          <Chip tone="good">
            <Eye aria-hidden /> Published
          </Chip>
        )}
        {review.state === 'hidden' && (
          <Chip>
            <EyeOff aria-hidden /> Out of view
          </Chip>
        )}
      </header>
      <Stars rating={review.rating} />
      {review.comment && <p dir="auto">{review.comment}</p>}
      {review.state === 'pending' && (
        <footer>
          <p className="l-muted">
            It is published when both of you have written, or on{' '}
            {dayMonth(reviewsClose(lesson, zone))}. Until then you can change it.
          </p>
          <Button onClick={() => setEditing(true)}>Change it</Button>
        </footer>
      )}
      {review.state === 'hidden' && (
        <p className="l-muted">Those who run the place have taken it out of view.</p>
      )}
      {review.reply !== null && (
        <div className="l-reviews-reply">
          <b>{other} replied</b>
          <p dir="auto">{review.reply}</p>
        </div>
      )}
      {editing && (
        <Dialog plain title={`How was ${lesson.title}?`} onClose={close}>
          <ReviewForm session={lesson} written={review} onDone={close} onLater={close} />
        </Dialog>
      )}
    </section>
  );
}
