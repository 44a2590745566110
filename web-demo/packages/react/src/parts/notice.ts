import { type Notice, wallClock } from '@lectern/client';
import { nearDay, shortDayMonth, weekday } from '../text/format.ts';

export type NoticeIcon = 'new' | 'moved' | 'cancelled' | 'soon' | 'over' | 'star' | 'other';

/** A notice as a sentence: who did what. */
export interface NoticeText {
  icon: NoticeIcon;
  who: string | null;
  text: string;
}

/** Puts a notice into words. A kind that is not known yet is still shown. */
export function noticeText(notice: Notice, zone: string, today: string): NoticeText {
  const word = (name: string) => {
    const value = notice.payload[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const who = firstWord(word('actorName'));
  const title = word('title') ?? 'a lesson';
  const startsAt = word('scheduledAt');
  const when = startsAt ? day(startsAt, zone, today) : '';
  const reason = word('reason');
  switch (notice.kind) {
    case 'session_booked':
      return { icon: 'new', who, text: `booked ${title}, ${when}.` };
    case 'session_rescheduled':
      return { icon: 'moved', who, text: `moved ${title} to ${when}.` };
    case 'session_changed':
      return { icon: 'moved', who, text: `changed ${title}, ${when}.` };
    case 'session_cancelled':
      return {
        icon: 'cancelled',
        who,
        text: `cancelled ${title}, ${when}.${reason ? ` “${reason}”` : ''}`,
      };
    case 'session_reminder':
      return { icon: 'soon', who: null, text: `${title} begins ${when}.` };
    case 'session_completed':
      return { icon: 'over', who: null, text: `${title} is over. How was it?` };
    case 'session_missed':
      return {
        icon: 'cancelled',
        who: null,
        text: `${missing(word('noShow'))} ${title}, ${when}.`,
      };
    case 'review_received':
      return { icon: 'star', who, text: `reviewed ${title}.` };
    default:
      return { icon: 'other', who, text: title };
  }
}

function missing(noShow: string | null): string {
  if (noShow === 'teacher') return 'The teacher did not come to';
  if (noShow === 'student') return 'The student did not come to';
  return 'Nobody came to';
}

function firstWord(name: string | null): string | null {
  return name?.split(' ')[0] ?? null;
}

function day(instant: string, zone: string, today: string): string {
  const { date, time } = wallClock(instant, zone);
  const near = nearDay(date, today);
  if (near === 'Today' || near === 'Tomorrow') return `${near.toLowerCase()} at ${time}`;
  return `${weekday(date)} ${shortDayMonth(date)} at ${time}`;
}
