import type { Page, Route } from '@playwright/test';
import type { Session } from '@lectern/client';
import * as data from './data.ts';

/** What a picture wants to be different from the usual answers. */
export interface Answers {
  /** Who is signed in. */
  as?: string;
  lessons?: Session[];
  history?: Session[];
  /** Answers to one path, `GET /api/sessions` for example, in its place. */
  instead?: Record<string, (route: Route) => Promise<void> | void>;
}

/** Answers as the server would, from fixed data. */
export async function answer(page: Page, { as = 'jonas', instead = {}, ...some }: Answers) {
  const lessons = some.lessons ?? (as === 'ada' ? data.EVERYBODYS : [...data.COMING, ...data.PAST]);
  const history = some.history ?? data.PAST;
  await page.route('**/livez', async (route) => route.fulfill({ body: 'ok' }));
  await page.route('**/api/**', async (route) => {
    const url = new URL(route.request().url());
    const special = instead[`${route.request().method()} ${url.pathname}`];
    if (special) return special(route);
    const body = bodyOf(url, as, lessons, history);
    const headers = { ETag: '"1"' };
    return body === undefined
      ? problem(route, 404, 'not_found')
      : route.fulfill({ json: body, headers });
  });
}

function bodyOf(url: URL, as: string, lessons: Session[], history: Session[]): unknown {
  const list = (items: unknown[]) => ({ items, nextCursor: null });
  switch (url.pathname) {
    case '/api/me':
      return data.me(as);
    case '/api/demo/people':
      return { items: data.PEOPLE };
    case '/api/people':
      return { items: data.PEOPLE };
    case '/api/teachers':
      return { items: data.TEACHERS };
    case '/api/sessions':
      if (url.searchParams.has('seriesId')) {
        const series = url.searchParams.get('seriesId');
        const one = lessons.find(({ seriesId }) => seriesId === series);
        return list(one ? data.seriesOf(one) : []);
      }
      return list(lessons.filter((lesson) => within(lesson, url)));
    case '/api/history':
      return list(history.map(data.past));
    case '/api/analytics':
    case '/api/admin/analytics':
      return data.FIGURES;
    case '/api/notifications':
      return { ...list(data.NOTICES), unread: 2 };
    case '/api/admin/sessions':
      return list(lessons.filter((lesson) => within(lesson, url)).map(data.overseen));
    case '/api/users':
      return list(data.USERS.filter(({ name }) => name.includes(url.searchParams.get('q') ?? '')));
    case '/api/admin/audit':
      return list(data.RECORD);
    case '/api/me/calendar-feeds':
      return data.FEEDS;
    case '/api/me/availability':
      return as === 'ines' ? data.HOURS : { ...data.HOURS, ...data.NO_HOURS };
    case '/api/me/policy':
      return data.POLICY;
    case '/api/holds':
      return { id: 'hold', expiresAt: new Date(Date.parse(data.NOW) + 278_000).toISOString() };
    case '/api/admin/reviews':
      return list(data.MODERATED);
    case '/api/admin/disputes':
      return list(url.searchParams.get('state') === 'open' ? [data.DISPUTE] : []);
    case '/api/admin/disputes/d1':
      return data.DISPUTE_FILE;
    case '/api/admin/rooms':
      return list(data.ROOMS);
    case '/api/admin/api-keys':
      return list(data.KEYS);
  }
  const [, person, figures] = /^\/api\/users\/(\w+)(\/analytics)?$/.exec(url.pathname) ?? [];
  if (figures) return data.FIGURES;
  if (person) return data.USERS.find(({ id }) => id === person);
  const [, , asked] = /^\/api\/teachers\/(\w+)\/(\w+)$/.exec(url.pathname) ?? [];
  if (asked === 'slots') {
    const of = (name: string) => url.searchParams.get(name) ?? '';
    const slots = data.freeTimes(of('from'), of('to'), Number(of('duration')));
    return { timeZone: of('timeZone'), slots };
  }
  if (asked === 'lessons') return list(url.pathname.includes('ines') ? data.GROUPS : []);
  if (asked === 'policy') return data.POLICY;
  if (url.pathname.startsWith('/api/reviews/')) {
    const items = data.REVIEWS.filter(({ revieweeId }) => url.pathname.endsWith(revieweeId));
    return { ...list(items), average: 4.9, count: 128, histogram: [0, 1, 2, 9, 116] };
  }
  const [, id, part] = /^\/api\/sessions\/([^/]+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
  const lesson = [...lessons, ...history, data.GROUP].find((each) => each.id === id);
  if (!lesson) return undefined;
  switch (part) {
    case undefined:
      return lesson;
    case 'review':
      return { items: [data.OWN_REVIEW] };
    case 'chat':
      return list(data.CHAT);
    case 'attendance':
      return { items: lesson.status === 'scheduled' ? data.PRESENT : data.PRESENCES };
    case 'join':
      return {
        token: 'room',
        expiresAt: '2026-11-24T09:25:00Z',
        url: `${url.origin.replace('http', 'ws')}/signal`,
        iceServers: [],
        role: 'student',
        session: lesson,
      };
  }
  return undefined;
}

function within(lesson: Session, url: URL): boolean {
  const from = url.searchParams.get('from');
  const to = url.searchParams.get('to');
  const at = Date.parse(lesson.scheduledAt);
  return (!from || at >= Date.parse(from)) && (!to || at < Date.parse(to));
}

export async function problem(
  route: Route,
  status: number,
  code: string,
  more: object = {},
): Promise<void> {
  await route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ status, code, title: code, requestId: '7f3a-19c2', ...more }),
  });
}
