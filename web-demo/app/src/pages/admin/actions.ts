import {
  CalendarClock,
  CalendarPlus,
  CalendarX2,
  Clock,
  Info,
  KeyRound,
  LogIn,
  type LucideIcon,
  Scale,
  Star,
  Ticket,
  UserRound,
  UsersRound,
} from 'lucide-react';

interface Action {
  icon: LucideIcon;
  /** What somebody did, after their name. */
  text: string;
}

/** What the record tells of, by the names that it has there. */
const ACTIONS: Record<string, Action> = {
  session_booked: { icon: CalendarPlus, text: 'booked the lesson' },
  session_requested: { icon: CalendarPlus, text: 'asked for the lesson' },
  session_confirmed: { icon: CalendarPlus, text: 'confirmed the lesson' },
  session_rescheduled: { icon: CalendarClock, text: 'moved the lesson' },
  session_changed: { icon: CalendarClock, text: 'changed the lesson' },
  session_zone_conflict: { icon: CalendarClock, text: 'left the lesson where a clock changed' },
  session_cancelled: { icon: CalendarX2, text: 'cancelled the lesson' },
  session_declined: { icon: CalendarX2, text: 'declined the lesson' },
  session_expired: { icon: CalendarX2, text: 'called off the lesson, which nobody confirmed' },
  session_started: { icon: LogIn, text: 'began the lesson' },
  session_completed: { icon: CalendarClock, text: 'counted the lesson as held' },
  session_missed: { icon: CalendarX2, text: 'counted the lesson as missed' },
  session_ruled: { icon: Scale, text: 'decided how the lesson counts' },
  proposal_made: { icon: CalendarClock, text: 'proposed another time' },
  proposal_declined: { icon: CalendarX2, text: 'declined another time' },
  proposal_withdrawn: { icon: CalendarX2, text: 'took a proposed time back' },
  proposal_expired: { icon: CalendarX2, text: 'let a proposed time pass' },
  seat_taken: { icon: Ticket, text: 'took a seat' },
  seat_given_back: { icon: Ticket, text: 'gave a seat back' },
  seat_removed: { icon: Ticket, text: 'took a seat away' },
  review_written: { icon: Star, text: 'wrote a review' },
  review_edited: { icon: Star, text: 'changed a review' },
  review_published: { icon: Star, text: 'published a review' },
  review_replied: { icon: Star, text: 'replied to a review' },
  review_reported: { icon: Star, text: 'reported a review' },
  review_hidden: { icon: Star, text: 'took a review out of view' },
  review_restored: { icon: Star, text: 'brought a review back' },
  dispute_opened: { icon: Scale, text: 'asked for a decision' },
  dispute_decided: { icon: Scale, text: 'decided a dispute' },
  availability_changed: { icon: Clock, text: 'changed hours' },
  policy_changed: { icon: Clock, text: 'changed rules' },
  calendar_feeds_changed: { icon: Clock, text: 'changed calendars' },
  matches_replaced: { icon: UsersRound, text: 'changed who may book whom' },
  person_added: { icon: UserRound, text: 'added a person' },
  person_changed: { icon: UserRound, text: 'changed a person’s record' },
  person_erased: { icon: UserRound, text: 'erased a person' },
  sign_in_code_made: { icon: LogIn, text: 'let somebody sign in' },
  signed_in: { icon: LogIn, text: 'signed in' },
  api_key_created: { icon: KeyRound, text: 'made a key' },
  api_key_revoked: { icon: KeyRound, text: 'revoked a key' },
};

/** What was done, in words; of what is not known here, its own name. */
export function actionOf(name: string): Action {
  return ACTIONS[name] ?? { icon: Info, text: name.replaceAll('_', ' ') };
}
