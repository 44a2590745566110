import { cityOf, wallClock } from '@lectern/client';
import type { Offer } from './offers.ts';

interface SlotButtonProps {
  offer: Offer;
  zone: string;
  /** The teacher's zone. */
  theirs: string;
  chosen: string | null;
  onChoose: (start: string) => void;
  /** Says whose the second time is. */
  named?: boolean;
}

/** A time to begin: mine in bold, theirs below it. */
export function SlotButton({ offer, zone, theirs, chosen, onChoose, named }: SlotButtonProps) {
  return (
    <button
      type="button"
      className="l-slot"
      aria-pressed={chosen === offer.start}
      onClick={() => onChoose(offer.start)}
    >
      <b className="l-time">{offer.time}</b>
      {theirs !== zone && (
        <span className="l-time">
          {wallClock(offer.start, theirs).time}
          {named && ` ${cityOf(theirs)}`}
        </span>
      )}
    </button>
  );
}
