import { cityOf, type Session, wallClock } from '@lectern/client';
import { plural } from '../../text/format.ts';
import type { Offer } from './offers.ts';

interface SlotButtonProps {
  offer: Offer;
  zone: string;
  /** The teacher's zone. */
  theirs: string;
  chosen: string | null;
  onChoose: (key: string) => void;
  /** Says whose the second time is. */
  named?: boolean;
}

/** A time to begin: mine in bold, theirs below it. */
export function SlotButton({ offer, zone, theirs, chosen, onChoose, named }: SlotButtonProps) {
  return (
    <button
      type="button"
      className={offer.group ? 'l-slot l-slot--group' : 'l-slot'}
      aria-pressed={chosen === offer.key}
      onClick={() => onChoose(offer.key)}
    >
      <b className="l-time">{offer.time}</b>
      {offer.group ? (
        <span>
          <span className="l-hidden">{offer.group.title}, </span>
          {seatsOf(offer.group)}
        </span>
      ) : (
        theirs !== zone && (
          <span className="l-time">
            {wallClock(offer.start, theirs).time}
            {named && ` ${cityOf(theirs)}`}
          </span>
        )
      )}
    </button>
  );
}

function seatsOf({ capacity, seats }: Session): string {
  if (seats.mine === 'taken') return 'Your seat';
  if (seats.mine === 'waiting') return 'In line';
  if (seats.mine === 'offered') return 'Kept for you';
  const free = Math.max(0, capacity - seats.taken);
  return free > 0 ? `${free} ${plural(free, 'seat')}` : 'Full';
}
