/** A calendar elsewhere whose events keep its owner busy. */
export interface BusyCalendar {
  id: string;
  name: string;
  url: string;
  state: 'pending' | 'ok' | 'failing';
  /** When it was last read. */
  fetchedAt: string | null;
  /** Why it cannot be read. */
  problem: string | null;
  /** How many events count. */
  events: number;
}

/** Where the caller's lessons can be subscribed to, and which calendars keep them busy. */
export interface CalendarFeeds {
  subscribe: { url: string; createdAt: string } | null;
  busy: BusyCalendar[];
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
  '/api/me/export': {
    get: { parameters: Parameters; requestBody?: never; responses: Ok<unknown> };
  };
  '/api/me': {
    delete: {
      parameters: Parameters;
      requestBody?: never;
      responses: { 204: { content?: never } };
    };
  };
}
