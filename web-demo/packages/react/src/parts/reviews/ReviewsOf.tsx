import { type Review, wallClock } from '@lectern/client';
import { Flag } from 'lucide-react';
import { useState } from 'react';
import { useLectern } from '../../hooks/context.ts';
import { useReviewsOf } from '../../hooks/queries.ts';
import { Avatar } from '../../kit/Avatar.tsx';
import { Button } from '../../kit/Button.tsx';
import { Menu } from '../../kit/Menu.tsx';
import { Stars } from '../../kit/Stars.tsx';
import { dayMonth, firstName, plural } from '../../text/format.ts';
import { Respond } from './Respond.tsx';

interface ReviewsOfProps {
  user: string;
  name: string;
}

/** What was written about somebody: in numbers, in words, with their replies. */
export function ReviewsOf({ user, name }: ReviewsOfProps) {
  const reviews = useReviewsOf(user);
  const first = reviews.data?.pages[0];
  if (!first || first.count === 0) return null;
  const items = reviews.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="l-reviews" aria-label={`Reviews of ${name}`}>
      <Figures {...first} />
      <div className="l-reviews-list">
        <ul>
          {items.map((review) => (
            <Written key={review.id} review={review as Review} name={name} />
          ))}
        </ul>
        {reviews.hasNextPage && (
          <Button busy={reviews.isFetchingNextPage} onClick={() => void reviews.fetchNextPage()}>
            Show earlier reviews
          </Button>
        )}
      </div>
    </section>
  );
}

interface FiguresProps {
  average: number | null;
  count: number;
  histogram: readonly number[];
}

function Figures({ average, count, histogram }: FiguresProps) {
  return (
    <div className="l-reviews-figures">
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
  );
}

function Written({ review, name }: { review: Review; name: string }) {
  const { me, zone } = useLectern();
  const [doing, setDoing] = useState<'reply' | 'report' | null>(null);
  const by = review.reviewerName ?? 'A student';
  const mine = review.revieweeId === me.id;
  return (
    <li>
      <header>
        <Avatar id={review.reviewerId} name={by} size={32} />
        <b>{by}</b>
        <Stars rating={review.rating} />
        <span className="l-muted">{dayMonth(wallClock(review.createdAt, zone).date)}</span>
        {review.reviewerId !== me.id && (
          <Menu
            label={`What to do about the review by ${by}`}
            actions={[
              {
                id: 'report',
                text: 'Report it',
                icon: <Flag aria-hidden />,
                run: () => setDoing('report'),
              },
            ]}
          />
        )}
      </header>
      {review.comment && <p dir="auto">{review.comment}</p>}
      {review.reply !== null ? (
        <div className="l-reviews-reply">
          <b>{mine ? 'You replied' : `${firstName(name)} replied`}</b>
          <p dir="auto">{review.reply}</p>
        </div>
      ) : (
        mine && (
          <Button size="small" onClick={() => setDoing('reply')}>
            Reply
          </Button>
        )
      )}
      {doing && <Respond review={review} how={doing} onDone={() => setDoing(null)} />}
    </li>
  );
}
