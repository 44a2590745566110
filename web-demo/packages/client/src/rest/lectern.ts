import createClient, { type Client } from 'openapi-fetch';
import type { paths } from '../generated/openapi.ts';
import type { DemoPaths } from './demo.ts';
import { type NoticeWatcher, watchNotices } from './notices.ts';
import { OfflineError, toProblem } from './problem.ts';
import type {
  Analytics,
  ApiKeyScope,
  Availability,
  CalendarFeeds,
  CalendarFeedsChange,
  ChatLine,
  DisputeOutcome,
  History,
  JoinGrant,
  NewProposal,
  NewSession,
  OverseenLessons,
  Policy,
  PolicyChange,
  Scope,
  Session,
  SessionEdit,
} from './types.ts';

export interface LecternOptions {
  /** Where the server is; the page's own origin unless told. */
  baseUrl?: string;
  /** The platform's JWT, asked for anew with every request. */
  token: () => string | null;
  fetch?: (request: Request) => Promise<Response>;
}

/** What a list of lessons may be narrowed by. `from` and `to` are instants. */
export interface SessionFilter {
  status?: string;
  role?: 'teacher' | 'student';
  from?: string;
  to?: string;
  skill?: string;
  q?: string;
  seriesId?: string;
  /** By their start, the earliest first unless told. */
  order?: 'asc' | 'desc';
  cursor?: string;
  limit?: number;
  /** Ask the server to render `localStart` for this zone. */
  timeZone?: string;
}

/** What everybody's lessons may be narrowed by. `from` and `to` are instants. */
export interface LessonFilter {
  status?: string;
  /** A person's id. */
  with?: string;
  from?: string;
  to?: string;
  skill?: string;
  q?: string;
}

/** Whose figures: the caller's, everybody's, or one person's by their id. */
export type FiguresOf = 'mine' | 'platform' | { user: string };

/** From which date until before which, by what parts, on whose clocks. */
export interface FiguresQuery {
  from: string;
  to: string;
  by: 'day' | 'week' | 'month';
  /** An IANA zone. */
  timeZone: string;
}

/**
 * The REST side of a Lectern server.
 *
 * Every method resolves to the body of a success, and otherwise throws
 * {@link ProblemError} (the server said no) or {@link OfflineError} (nobody answered).
 */
export class Lectern {
  readonly #http: Client<paths & DemoPaths>;

  constructor(options: LecternOptions) {
    this.#http = createClient<paths & DemoPaths>({
      baseUrl: options.baseUrl ?? '',
      ...(options.fetch ? { fetch: options.fetch } : {}),
    });
    this.#http.use({
      onRequest({ request }) {
        const token = options.token();
        if (token) request.headers.set('Authorization', `Bearer ${token}`);
        return request;
      },
      onError({ error }) {
        return new OfflineError(error);
      },
    });
  }

  /** Who the caller is. */
  me() {
    return body(this.#http.GET('/api/me'));
  }

  /** Changes the caller's zone or language. */
  updatePreferences(preferences: { timeZone?: string; locale?: string }) {
    return body(this.#http.PUT('/api/me/preferences', { body: preferences }));
  }

  /** Names and zones of people the caller may know. */
  async people(ids: string[]) {
    if (ids.length === 0) return [];
    const query = { ids: ids.join(',') };
    return (await body(this.#http.GET('/api/people', { params: { query } }))).items;
  }

  /** Teachers who can be booked. */
  async teachers(filter: { q?: string; skill?: string } = {}) {
    return (await body(this.#http.GET('/api/teachers', { params: { query: filter } }))).items;
  }

  /** One page of lessons: the caller's, or everybody's for an admin. */
  sessions(filter: SessionFilter = {}) {
    return body(this.#http.GET('/api/sessions', { params: { query: filter } }));
  }

  /** Every lesson that matches, page after page, up to `most`. */
  async allSessions(filter: SessionFilter, most = 500): Promise<Session[]> {
    const all: Session[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await this.sessions({ ...filter, limit: 100, ...(cursor ? { cursor } : {}) });
      all.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor && all.length < most);
    return all;
  }

  /**
   * Books a lesson. The same `idempotencyKey` books it once, however often it
   * is sent; make one per intent, for example with `crypto.randomUUID()`.
   */
  book(session: NewSession, idempotencyKey?: string) {
    const header = idempotencyKey ? { 'Idempotency-Key': idempotencyKey } : {};
    return body(this.#http.POST('/api/sessions', { body: session, params: { header } }));
  }

  /**
   * When a lesson of so many minutes can begin. `from` and `to` are instants,
   * or dates in the zone; `to` is the first that is not asked about.
   */
  slots(teacher: string, query: { from: string; to: string; duration: number; timeZone: string }) {
    const params = { path: { id: teacher }, query };
    return body(this.#http.GET('/api/teachers/{id}/slots', { params }));
  }

  /** The rules that a teacher's lessons are booked by. */
  policyOf(teacher: string) {
    return body(this.#http.GET('/api/teachers/{id}/policy', { params: { path: { id: teacher } } }));
  }

  /** When the caller teaches. Version 0 was never set: any time is offered. */
  availability(): Promise<Tagged<Availability>> {
    return tagged(this.#http.GET('/api/me/availability'));
  }

  /** Replaces the hours that nobody has changed since `etag`. */
  setAvailability({ version: _, ...hours }: Availability, etag: string) {
    const params = { header: { 'If-Match': etag } };
    return tagged(this.#http.PUT('/api/me/availability', { params, body: hours }));
  }

  /** The rules that the caller's lessons are booked by. */
  policy(): Promise<Tagged<Policy>> {
    return tagged(this.#http.GET('/api/me/policy'));
  }

  /** Changes the rules that are named, if nobody has changed any since `etag`. */
  setPolicy(policy: PolicyChange, etag: string) {
    const params = { header: { 'If-Match': etag } };
    return tagged(this.#http.PUT('/api/me/policy', { params, body: policy }));
  }

  /** Keeps a time from others for a few minutes, in place of what was kept before. */
  hold(hold: { teacher: string; start: string; duration: number }) {
    return body(this.#http.POST('/api/holds', { body: hold }));
  }

  /** Gives a kept time back. */
  async release(id: string): Promise<void> {
    await body(this.#http.DELETE('/api/holds/{id}', { params: { path: { id } } }));
  }

  session(id: string, timeZone?: string) {
    const query = timeZone ? { timeZone } : {};
    return body(this.#http.GET('/api/sessions/{id}', { params: { path: { id }, query } }));
  }

  /** Edits or moves a lesson that nobody has changed since `version`. */
  update(id: string, version: number, edit: SessionEdit, scope: Scope = 'one') {
    const params = { path: { id }, query: { scope }, header: { 'If-Match': `"${version}"` } };
    return body(this.#http.PUT('/api/sessions/{id}', { params, body: edit }));
  }

  async cancel(id: string, reason?: string, scope: Scope = 'one'): Promise<void> {
    const params = { path: { id }, query: { scope } };
    await body(this.#http.DELETE('/api/sessions/{id}', { params, body: reason ? { reason } : {} }));
  }

  /** Agrees to a lesson that a student asked for. */
  confirm(id: string, scope: Scope = 'one') {
    const params = { path: { id }, query: { scope } };
    return body(this.#http.POST('/api/sessions/{id}/confirm', { params }));
  }

  /** Says no to a lesson that a student asked for. */
  decline(id: string, reason?: string, scope: Scope = 'one') {
    const params = { path: { id }, query: { scope } };
    const why = reason ? { reason } : {};
    return body(this.#http.POST('/api/sessions/{id}/decline', { params, body: why }));
  }

  /**
   * Proposes another time to the other side, for this lesson or for those of its
   * series too; they stay until it is accepted.
   */
  propose(id: string, proposal: NewProposal, scope: Scope = 'one') {
    const params = { path: { id }, query: { scope } };
    return body(this.#http.POST('/api/sessions/{id}/proposals', { params, body: proposal }));
  }

  acceptProposal(id: string, proposalId: string) {
    const params = { path: { id, proposalId } };
    return body(this.#http.POST('/api/sessions/{id}/proposals/{proposalId}/accept', { params }));
  }

  declineProposal(id: string, proposalId: string) {
    const params = { path: { id, proposalId } };
    return body(this.#http.POST('/api/sessions/{id}/proposals/{proposalId}/decline', { params }));
  }

  withdrawProposal(id: string, proposalId: string) {
    const params = { path: { id, proposalId } };
    return body(this.#http.DELETE('/api/sessions/{id}/proposals/{proposalId}', { params }));
  }

  /** A teacher's group lessons that have not begun. */
  async groupLessons(teacher: string) {
    const params = { path: { id: teacher } };
    return (await body(this.#http.GET('/api/teachers/{id}/lessons', { params }))).items;
  }

  /** Takes a seat in a group lesson, or a place on its waitlist. */
  takeSeat(id: string) {
    return body(this.#http.POST('/api/sessions/{id}/seats', { params: { path: { id } } }));
  }

  /** Gives the caller's seat back, or their place on the waitlist. */
  giveSeatBack(id: string) {
    return body(this.#http.DELETE('/api/sessions/{id}/seats', { params: { path: { id } } }));
  }

  /** Asks to enter the lesson's room: what {@link Room} needs. */
  join(id: string): Promise<JoinGrant> {
    return body(this.#http.POST('/api/sessions/{id}/join', { params: { path: { id } } }));
  }

  /** What was written in the lesson, oldest first, up to `most` lines. */
  async chat(id: string, most = 1_000): Promise<ChatLine[]> {
    const lines: ChatLine[] = [];
    let cursor: string | null | undefined;
    do {
      const params = { path: { id }, query: cursor ? { cursor } : {} };
      const page = await body(this.#http.GET('/api/sessions/{id}/chat', { params }));
      lines.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor && lines.length < most);
    return lines;
  }

  async attendance(id: string) {
    const params = { path: { id } };
    return (await body(this.#http.GET('/api/sessions/{id}/attendance', { params }))).items;
  }

  /** One page of lessons that are over, the latest first. */
  async history(
    filter: { q?: string; cursor?: string; limit?: number; timeZone?: string } = {},
  ): Promise<History> {
    const page = await body(this.#http.GET('/api/history', { params: { query: filter } }));
    // The document has the file of all lessons beside it, which is asked for by name.
    return page as History;
  }

  /** All lessons that are over as CSV (RFC 4180), up to 20,000 of them. */
  async historyCsv(filter: { q?: string; with?: string } = {}): Promise<string> {
    const params = { query: { ...filter, format: 'csv' } };
    return (await body(this.#http.GET('/api/history', { params, parseAs: 'text' }))) as string;
  }

  /** What the caller's lessons come to, or for an admin everybody's or somebody's. */
  async analytics(of: FiguresOf, query: FiguresQuery): Promise<Analytics> {
    // The document has the file of the series beside it, which is asked for by name.
    return (await this.#figures(of, query, 'json')) as Analytics;
  }

  /** The parts of their series as CSV (RFC 4180). */
  async analyticsCsv(of: FiguresOf, query: FiguresQuery): Promise<string> {
    return (await this.#figures(of, { ...query, format: 'csv' }, 'text')) as string;
  }

  #figures(of: FiguresOf, query: FiguresQuery & { format?: string }, parseAs: 'json' | 'text') {
    const asked = { params: { query }, parseAs };
    if (of === 'mine') return body(this.#http.GET('/api/analytics', asked));
    if (of === 'platform') return body(this.#http.GET('/api/admin/analytics', asked));
    const params = { path: { id: of.user }, query };
    return body(this.#http.GET('/api/users/{id}/analytics', { params, parseAs }));
  }

  /** What others wrote about somebody, with the aggregate. */
  reviews(userId: string, cursor?: string) {
    const params = { path: { userId }, query: cursor ? { cursor } : {} };
    return body(this.#http.GET('/api/reviews/{userId}', { params }));
  }

  review(review: { sessionId: string; revieweeId?: string; rating: number; comment?: string }) {
    return body(this.#http.POST('/api/reviews', { body: review }));
  }

  /** What the caller has written after a lesson, published or not. */
  async ownReviews(id: string) {
    return (await body(this.#http.GET('/api/sessions/{id}/review', { params: { path: { id } } })))
      .items;
  }

  /** Changes the caller's review of a lesson, as long as nobody else sees it. */
  editReview(id: string, review: { rating: number; comment?: string; revieweeId?: string }) {
    const params = { path: { id } };
    return body(this.#http.PUT('/api/sessions/{id}/review', { params, body: review }));
  }

  /** Replies to a review of the caller: once, and for good. */
  reply(review: string, text: string) {
    const params = { path: { id: review } };
    return body(this.#http.POST('/api/reviews/{id}/reply', { params, body: { text } }));
  }

  /** Tells those who run the place that a review is not right. */
  async report(review: string, reason: string): Promise<void> {
    const params = { path: { id: review } };
    await body(this.#http.POST('/api/reviews/{id}/report', { params, body: { reason } }));
  }

  /** Asks those who run the place to decide about a lesson. */
  dispute(id: string, reason: string) {
    const params = { path: { id } };
    return body(this.#http.POST('/api/sessions/{id}/disputes', { params, body: { reason } }));
  }

  notifications(cursor?: string) {
    const query = cursor ? { cursor } : {};
    return body(this.#http.GET('/api/notifications', { params: { query } }));
  }

  /**
   * Tells of notices as they come, until the signal. What ends a stream in between is mended: a
   * lost network, a server that stops, a token that was renewed.
   */
  watchNotices(watcher: NoticeWatcher): Promise<void> {
    const open = async (after: string | null, signal: AbortSignal) => {
      const header = after ? { 'Last-Event-ID': after } : {};
      const options = { params: { header }, parseAs: 'stream', signal } as const;
      const stream = await body(this.#http.GET('/api/notifications/stream', options));
      if (!stream) throw new OfflineError('an answer without a body');
      return stream;
    };
    return watchNotices(open, watcher);
  }

  async markRead(which: { ids: string[] } | { all: true }): Promise<void> {
    await body(this.#http.POST('/api/notifications/read', { body: which }));
  }

  /** Where the caller's calendar is subscribed to, and which calendars keep them busy. */
  calendarFeeds(): Promise<Tagged<CalendarFeeds>> {
    return tagged(this.#http.GET('/api/me/calendar-feeds'));
  }

  /** Changes what is named, if nobody has changed any of it since `etag`. */
  setCalendarFeeds(change: CalendarFeedsChange, etag: string): Promise<Tagged<CalendarFeeds>> {
    const params = { header: { 'If-Match': etag } };
    return tagged(this.#http.PUT('/api/me/calendar-feeds', { params, body: change }));
  }

  /** Everything that is kept about the caller, as JSON. */
  async exportMine(): Promise<string> {
    return (await body(this.#http.GET('/api/me/export', { parseAs: 'text' }))) as string;
  }

  /** Takes the caller out of everything that is kept, for good. `id` is their own. */
  async eraseMe(id: string): Promise<void> {
    await body(this.#http.DELETE('/api/me', { body: { confirm: id } }));
  }

  /** Everybody's lessons with how they went, the latest first; admins only, as all that follow. */
  async allLessons(filter: LessonFilter & { cursor?: string; limit?: number; timeZone?: string }) {
    const page = await body(this.#http.GET('/api/admin/sessions', { params: { query: filter } }));
    // The document has the file of all lessons beside it, which is asked for by name.
    return page as OverseenLessons;
  }

  /** All of them as CSV (RFC 4180), up to 20,000. */
  async allLessonsCsv(filter: LessonFilter): Promise<string> {
    const params = { query: { ...filter, format: 'csv' } };
    const file = this.#http.GET('/api/admin/sessions', { params, parseAs: 'text' });
    return (await body(file)) as string;
  }

  /** One page of everybody's records, in the order of their ids. */
  users(filter: { q?: string; cursor?: string } = {}) {
    return body(this.#http.GET('/api/users', { params: { query: filter } }));
  }

  /** Somebody's record. */
  user(id: string) {
    return body(this.#http.GET('/api/users/{id}', { params: { path: { id } } }));
  }

  /** Everything that is kept about somebody, as JSON. */
  async exportUser(id: string): Promise<string> {
    const params = { path: { id } };
    const file = this.#http.GET('/api/users/{id}/export', { params, parseAs: 'text' });
    return (await body(file)) as string;
  }

  /** Takes somebody out of everything that is kept, for good. */
  async eraseUser(id: string): Promise<void> {
    await body(this.#http.DELETE('/api/users/{id}', { params: { path: { id } } }));
  }

  /** Everybody's reviews. */
  allReviews(filter: { state?: string; cursor?: string } = {}) {
    return body(this.#http.GET('/api/admin/reviews', { params: { query: filter } }));
  }

  /** Takes a review out of view, or brings it back. */
  moderate(review: string, action: 'hide' | 'restore', reason: string) {
    const params = { path: { id: review } };
    const decision = { action, reason };
    return body(this.#http.POST('/api/admin/reviews/{id}/moderate', { params, body: decision }));
  }

  disputes(filter: { state?: 'open' | 'decided'; cursor?: string } = {}) {
    return body(this.#http.GET('/api/admin/disputes', { params: { query: filter } }));
  }

  /** Who did what, the latest first: all of it, or what somebody did or what concerns them. */
  record(filter: { actor?: string; about?: string; cursor?: string } = {}) {
    return body(this.#http.GET('/api/admin/audit', { params: { query: filter } }));
  }

  /** Rooms in which somebody is. For admins. */
  liveRooms(cursor?: string) {
    const query = cursor ? { cursor } : {};
    return body(this.#http.GET('/api/admin/rooms', { params: { query } }));
  }

  /** A dispute with what there is to decide it by. */
  disputeFile(id: string) {
    return body(this.#http.GET('/api/admin/disputes/{id}', { params: { path: { id } } }));
  }

  decide(id: string, decision: { outcome: DisputeOutcome; reason: string }) {
    const params = { path: { id } };
    return body(this.#http.POST('/api/admin/disputes/{id}/decide', { params, body: decision }));
  }

  apiKeys(cursor?: string) {
    const query = cursor ? { cursor } : {};
    return body(this.#http.GET('/api/admin/api-keys', { params: { query } }));
  }

  /** Makes a service key. The answer alone shows it. */
  makeApiKey(key: { name: string; scopes: ApiKeyScope[]; expiresInDays: number }) {
    return body(this.#http.POST('/api/admin/api-keys', { body: key }));
  }

  async revokeApiKey(id: string): Promise<void> {
    await body(this.#http.DELETE('/api/admin/api-keys/{id}', { params: { path: { id } } }));
  }

  /** Where people sign in who have no token; null: they find it by themselves. */
  async signInPlace() {
    return (await body(this.#http.GET('/api/sign-in'))).url;
  }

  /** Exchanges a code from the platform, good once, for a token. */
  signIn(code: string) {
    return body(this.#http.POST('/api/sign-in', { body: { code } }));
  }

  /** Makes a token worthless that was got for a code. Others stay good. */
  async signOut(): Promise<void> {
    await body(this.#http.DELETE('/api/sign-in'));
  }

  /** The people of the demo. Any other server answers 404. */
  async demoPeople() {
    return (await body(this.#http.GET('/api/demo/people'))).items;
  }

  demoSignIn(id: string) {
    return body(this.#http.POST('/api/demo/sign-in', { body: { id } }));
  }
}

type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

/** A body, with the version that a change of it names. */
export interface Tagged<T> {
  value: T;
  etag: string;
}

async function tagged<T>(answer: Answer<T>): Promise<Tagged<T>> {
  const { response } = await answer;
  return { value: await body(answer), etag: response.headers.get('etag') ?? '*' };
}

async function body<T>(answer: Answer<T>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw toProblem(response, error);
  return data as T;
}
