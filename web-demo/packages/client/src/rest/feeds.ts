/** Why a calendar elsewhere could not be read. */
export type FeedProblem =
  | 'unreachable'
  | 'timeout'
  | 'blocked'
  | 'too_many_redirects'
  | 'forbidden'
  | 'not_found'
  | 'bad_status'
  | 'too_large'
  | 'not_a_calendar'
  | 'too_many_events';

/** A calendar elsewhere whose events keep its owner busy. */
export interface BusyCalendar {
  id: string;
  name: string;
  url: string;
  state: 'pending' | 'ok' | 'failing';
  /** When it was last read. */
  fetchedAt: string | null;
  /** Why it cannot be read. */
  problem: FeedProblem | null;
  /** How many events count. */
  events: number;
}

/** Where the caller's lessons can be subscribed to, and which calendars keep them busy. */
export interface CalendarFeeds {
  subscribe: {
    /** Shown by the answer that made it, and never again. */
    url: string | null;
    createdAt: string;
  } | null;
  busy: BusyCalendar[];
  version: number;
}

export interface CalendarFeedsChange {
  /** Whether there is an address; off and on again makes a new one. */
  subscribe?: boolean;
  /** All that are to count: a URL that was there keeps what was read. */
  busy?: { url: string; name?: string }[];
}

type Ok<T> = { 200: { content: { 'application/json': T } } };

interface Parameters {
  query?: never;
  header?: never;
  path?: never;
  cookie?: never;
}

export interface FeedPaths {
  '/api/me/calendar-feeds': {
    get: { parameters: Parameters; requestBody?: never; responses: Ok<CalendarFeeds> };
    put: {
      parameters: Omit<Parameters, 'header'> & { header?: { 'If-Match'?: string } };
      requestBody: { content: { 'application/json': CalendarFeedsChange } };
      responses: Ok<CalendarFeeds>;
    };
  };
}
