import { Star } from 'lucide-react';

/** A rating of 1 to 5, to look at. */
export function Stars({ rating }: { rating: number }) {
  return (
    <span className="l-stars" role="img" aria-label={`${rating} of 5 stars`}>
      {[1, 2, 3, 4, 5].map((star) => (
        <Star key={star} aria-hidden data-empty={star > Math.round(rating) || undefined} />
      ))}
    </span>
  );
}
