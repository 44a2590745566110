import { type Notice, wallClock } from '@lectern/client';
import { nearDay, shortDayMonth, weekday } from '../text/format.ts';

export type NoticeIcon = 'new' | 'moved' | 'cancelled' | 'soon' | 'over' | 'star' | 'other';

/** A notice as a sentence: who did what. */
export interface NoticeText {
  icon: NoticeIcon;
  who: string | null;
  text: string;
}

/** What a notice tells, in words. */
interface Told {
  title: string;
  /** The lesson, and how many more of its series. */
  lessons: string;
  /** When it is. */
  when: string;
  /** What somebody wrote, as a sentence of its own. */
  quote: string;
  /** Another instant of the payload. */
  at: (instant: string) => string;
  payload: Record<string, unknown>;
}

interface Kind {
  icon: NoticeIcon;
  /** What somebody did, after their name. */
  did?: (told: Told) => string;
  /** The whole sentence, where there is nobody to name. */
  is?: (told: Told) => string;
}

const KINDS: Record<string, Kind> = {
  session_booked: { icon: 'new', did: ({ lessons, when }) => `booked ${lessons}, ${when}.` },
  session_requested: { icon: 'new', did: ({ lessons, when }) => `asks for ${lessons}, ${when}.` },
  session_confirmed: { icon: 'over', did: ({ lessons, when }) => `confirmed ${lessons}, ${when}.` },
  session_declined: {
    icon: 'cancelled',
    did: ({ lessons, when, quote }) => `declined ${lessons}, ${when}.${quote}`,
  },
  session_expired: {
    icon: 'cancelled',
    is: ({ title, when }) => `${title}, ${when}, was not confirmed in time.`,
  },
  session_changed: { icon: 'moved', did: ({ lessons, when }) => `changed ${lessons}, ${when}.` },
  session_rescheduled: {
    icon: 'moved',
    did: ({ lessons, when }) => `moved ${lessons} to ${when}.`,
    is: ({ lessons, when }) => `${lessons} moved to ${when}.`,
  },
  session_cancelled: {
    icon: 'cancelled',
    did: ({ lessons, when, quote }) => `cancelled ${lessons}, ${when}.${quote}`,
    is: ({ lessons, when, quote }) => `${lessons}, ${when}, is cancelled.${quote}`,
  },
  session_zone_conflict: {
    icon: 'moved',
    is: ({ title, when }) => `${title} stays, ${when}: clocks changed, and its new time is taken.`,
  },
  session_reminder: { icon: 'soon', is: ({ title, when }) => `${title} begins ${when}.` },
  session_completed: { icon: 'over', is: ({ title }) => `${title} is over. How was it?` },
  session_missed: {
    icon: 'cancelled',
    is: ({ title, when, payload }) => `${missing(payload.noShow)} ${title}, ${when}.`,
  },
  seat_taken: { icon: 'new', did: ({ lessons, when }) => `took a seat in ${lessons}, ${when}.` },
  seat_given_back: {
    icon: 'cancelled',
    did: ({ lessons, when }) => `gave a seat back in ${lessons}, ${when}.`,
  },
  seat_removed: {
    icon: 'cancelled',
    did: ({ lessons, when }) => `took a seat away in ${lessons}, ${when}.`,
  },
  seat_offered: {
    icon: 'soon',
    is: ({ title, when, at, payload }) =>
      `A seat in ${title}, ${when}, is kept for you until ${at(word(payload.offerExpiresAt))}.`,
  },
  seat_offer_expired: {
    icon: 'cancelled',
    is: ({ title, when }) => `The seat in ${title}, ${when}, is no longer kept for you.`,
  },
  proposal_made: { icon: 'moved', did: proposed },
  proposal_declined: {
    icon: 'moved',
    did: ({ title, when }) => `keeps ${title} as it is, ${when}.`,
  },
  proposal_withdrawn: {
    icon: 'moved',
    did: ({ title, when }) => `no longer asks to move ${title}, ${when}.`,
  },
  proposal_expired: {
    icon: 'moved',
    is: ({ title, when }) => `${title} stays, ${when}: nobody agreed to another time.`,
  },
  review_received: { icon: 'star', did: ({ title }) => `reviewed ${title}.` },
  review_replied: { icon: 'star', did: ({ title }) => `replied to your review of ${title}.` },
  review_hidden: {
    icon: 'star',
    is: ({ title, quote }) => `Your review of ${title} was taken out of view.${quote}`,
  },
  review_restored: {
    icon: 'star',
    is: ({ title }) => `Your review of ${title} is back in view.`,
  },
  dispute_opened: { icon: 'other', did: ({ title }) => `asks for a decision about ${title}.` },
  dispute_decided: {
    icon: 'other',
    is: ({ title, quote }) => `It is decided how ${title} counts.${quote}`,
  },
};

/** Puts a notice into words. A kind that is not known yet is still shown. */
export function noticeText(notice: Notice, zone: string, today: string): NoticeText {
  const { payload } = notice;
  const who = word(payload.actorName).split(' ')[0] || null;
  const at = (instant: string) => (instant ? day(instant, zone, today) : '');
  const title = word(payload.title) || 'a lesson';
  const more = typeof payload.lessons === 'number' ? payload.lessons - 1 : 0;
  const reason = word(payload.reason);
  const told: Told = {
    title,
    lessons: more > 0 ? `${title} and ${more} more` : title,
    when: at(word(payload.scheduledAt)),
    quote: reason && ` “${reason}”`,
    at,
    payload,
  };
  const { icon, did, is } = KINDS[notice.kind] ?? { icon: 'other', is: () => title };
  if (is && !(who && did)) return { icon, who: null, text: is(told) };
  return { icon, who: who ?? 'Somebody', text: did?.(told) ?? title };
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function proposed({ title, at, payload }: Told): string {
  const proposal = payload.proposal as { scheduledAt?: unknown; scope?: unknown } | undefined;
  const to = at(word(proposal?.scheduledAt));
  switch (proposal?.scope) {
    case 'following':
      return `would like to move ${title} and those after it, from ${to} on.`;
    case 'all':
      return `would like to move ${title} and its whole series: this one to ${to}.`;
    default:
      return `would like to move ${title} to ${to}.`;
  }
}

function missing(noShow: unknown): string {
  if (noShow === 'teacher') return 'The teacher did not come to';
  if (noShow === 'student') return 'The student did not come to';
  return 'Nobody came to';
}

function day(instant: string, zone: string, today: string): string {
  const { date, time } = wallClock(instant, zone);
  const near = nearDay(date, today);
  if (near === 'Today' || near === 'Tomorrow') return `${near.toLowerCase()} at ${time}`;
  return `${weekday(date)} ${shortDayMonth(date)} at ${time}`;
}
