import { addDays, type Session, wallClock } from '@lectern/client';

/** The other person of a lesson of two, as somebody sees it. */
export function otherPerson(session: Session, me: string): { id: string; name: string } {
  if (session.teacher === me && session.student) {
    return { id: session.student, name: session.studentName ?? session.student };
  }
  return { id: session.teacher, name: session.teacherName };
}

/** Whom a lesson is with, to say and to colour it by: a group, for its teacher. */
export function withWhom(session: Session, me: string): { id: string; name: string } {
  if (!isGroup(session) || session.teacher !== me) return otherPerson(session, me);
  const { taken } = session.seats;
  return { id: session.id, name: taken === 0 ? 'an empty group' : `a group of ${taken}` };
}

/**
 * Whether one may still review it. The form is about one other person, and the
 * teacher of a group has several.
 */
export function mayReview(session: Session, me: string): boolean {
  return (
    session.status === 'completed' &&
    session.tookPlace &&
    !session.reviewed &&
    otherPerson(session, me).id !== me
  );
}

/** `3 of 8 in the series` */
export function seriesWords({ number, of }: { number: number; of: number }): string {
  return `${number} of ${of} in the series`;
}

/** Whether several students take it. */
export function isGroup(session: Session): boolean {
  return session.capacity > 1;
}

/** `Portuguese with Inês Carvalho`, `Portuguese, a group of 3` */
export function lessonLine(session: Session, me: string): string {
  if (isGroup(session) && session.teacher === me) {
    const { name } = withWhom(session, me);
    return session.skill ? `${session.skill}, ${name}` : capital(name);
  }
  const { name } = otherPerson(session, me);
  return session.skill ? `${session.skill} with ${name}` : `With ${name}`;
}

/** For how many days after a lesson its people may review it. */
const REVIEW_DAYS = 14;

/** The date on which reviews of a lesson are published at the latest. */
export function reviewsClose(session: Session, zone: string): string {
  return addDays(wallClock(session.endsAt, zone).date, REVIEW_DAYS);
}

/** Where a lesson stands at a moment, as people would say it. */
export type Moment = 'cancelled' | 'waiting' | 'coming' | 'open' | 'live' | 'over' | 'missed';

export function momentOf(session: Session, now: number): Moment {
  if (session.status === 'cancelled') return 'cancelled';
  if (session.status === 'completed') return 'over';
  const over = now >= Date.parse(session.endsAt);
  if (session.status === 'in-progress' && !over) return 'live';
  if (over && now >= Date.parse(session.joinClosesAt)) return session.tookPlace ? 'over' : 'missed';
  if (session.confirmation === 'pending') return 'waiting';
  if (now >= Date.parse(session.scheduledAt) && !over) return 'live';
  return now >= Date.parse(session.joinOpensAt) ? 'open' : over ? 'missed' : 'coming';
}

/** Whether the room may be entered now. */
export function canJoin(session: Session, now: number): boolean {
  return (
    session.status !== 'cancelled' &&
    session.confirmation !== 'declined' &&
    now >= Date.parse(session.joinOpensAt) &&
    now < Date.parse(session.joinClosesAt)
  );
}

/** Whether it still lies ahead and can be moved or cancelled. */
export function canChange(session: Session, now: number): boolean {
  return session.status === 'scheduled' && now < Date.parse(session.scheduledAt);
}

/** A text that begins a sentence. */
export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
