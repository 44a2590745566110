import type { components, paths } from '../generated/openapi.ts';

export type { DemoPerson, SignedIn } from './demo.ts';

type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : never;

/** The body of a success. */
type Answer<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends {
  responses: infer R;
}
  ? Json<R[keyof R & (200 | 201)]>
  : never;

/** The body of a request. */
type Ask<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends {
  requestBody?: infer B;
}
  ? Json<NonNullable<B>>
  : never;

type Item<T> = T extends { items: (infer I)[] } ? I : never;

/** One of the document's schemas. */
type Schema<N extends keyof components['schemas']> = components['schemas'][N];

/** A lesson. */
export type Session = Answer<'/api/sessions/{id}', 'get'>;
export type SessionStatus = Session['status'];
/** What `book` takes: `scheduledAt`, or `localStart` with `timeZone`. */
export type NewSession = Ask<'/api/sessions', 'post'>;
/** When a lesson can begin. */
export type FreeTime = Answer<'/api/teachers/{id}/slots', 'get'>['slots'][number];
/** When a teacher teaches. */
export type Availability = Answer<'/api/me/availability', 'get'>;
/** Where lessons are subscribed to, and which calendars keep their owner busy. */
export type CalendarFeeds = Answer<'/api/me/calendar-feeds', 'get'>;
export type CalendarFeedsChange = Ask<'/api/me/calendar-feeds', 'put'>;
export type BusyCalendar = CalendarFeeds['busy'][number];
export type FeedProblem = NonNullable<BusyCalendar['problem']>;
export type Interval = Availability['exceptions'][number]['intervals'][number];
export type Weekday = Availability['weekly'][number]['day'];
/** The rules that a teacher's lessons are booked by. */
export type Policy = Answer<'/api/me/policy', 'get'>;
export type PolicyChange = Ask<'/api/me/policy', 'put'>;
export type SessionEdit = Ask<'/api/sessions/{id}', 'put'>;
/** Where and with what to enter a lesson's room. */
export type JoinGrant = Answer<'/api/sessions/{id}/join', 'post'>;
export type Me = Answer<'/api/me', 'get'>;
export type Person = Item<Answer<'/api/people', 'get'>>;
/** What is kept of a person by themselves. */
export type User = Item<Answer<'/api/users', 'get'>>;
export type Teacher = Item<Answer<'/api/teachers', 'get'>>;
export type Review = Schema<'Review'>;
/** Another time for a lesson, to propose and as it was proposed. */
export type NewProposal = Ask<'/api/sessions/{id}/proposals', 'post'>;
export type Proposal = NonNullable<Session['proposal']>;
/** How far a change of a lesson of a series reaches. */
export type Scope = Schema<'Scope'>;
/** A review as admins see it. */
export type ModeratedReview = Schema<'ModeratedReview'>;
export type Dispute = Schema<'Dispute'>;
export type DisputeOutcome = Schema<'DisputeOutcome'>;
/** A dispute with what there is to decide it by. */
export type DisputeFile = Schema<'DisputeFile'>;
/** Something that was done to a lesson. */
export type AuditEvent = Schema<'AuditEvent'>;
/** Something that was done, wherever it was. */
export type RecordedEvent = Item<Answer<'/api/admin/audit', 'get'>>;
export type ApiKey = Schema<'ApiKey'>;
export type CreatedApiKey = Schema<'CreatedApiKey'>;
export type ApiKeyScope = Schema<'ApiKeyScope'>;
/** What lessons come to, in figures. */
export type Analytics = Answer<'/api/analytics', 'get'>;
export type Figures = Analytics['totals'];
/** A page of lessons that are over. */
export type History = Answer<'/api/history', 'get'>;
/** A lesson that is over, with what is kept of it. */
export type PastSession = Item<History>;
/** A page of everybody's lessons. */
export type OverseenLessons = Answer<'/api/admin/sessions', 'get'>;
/** A lesson as those who run the place look at it. */
export type OverseenSession = Item<OverseenLessons>;
/** What a notice tells differs from kind to kind. */
export type Notice = Omit<Item<Answer<'/api/notifications', 'get'>>, 'payload'> & {
  payload: Readonly<Record<string, unknown>>;
};
/** A room in which somebody is. */
export type LiveRoom = Item<Answer<'/api/admin/rooms', 'get'>>;
export type ChatLine = Item<Answer<'/api/sessions/{id}/chat', 'get'>>;
/** One stay of one person in a room. */
export type Presence = Item<Answer<'/api/sessions/{id}/attendance', 'get'>>;

/** Why a request was refused (RFC 9457). */
export interface Problem {
  /** Stable; branch on it. */
  code: string;
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  /** What to quote when asking for help. */
  requestId?: string;
  /** The teacher's rule that a time is against, beside `outside_availability`. */
  rule?: string;
  /** When a series meets other lessons, beside `slot_taken`. */
  starts?: string[];
  /** When the room opens, beside `too_early_to_join`. */
  opensAt?: string;
  /** Which fields of the request are at fault. */
  errors?: { pointer: string; detail: string }[];
}
