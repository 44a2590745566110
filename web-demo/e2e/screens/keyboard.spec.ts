import type { Browser, Locator, Page } from '@playwright/test';
import type { ApiKey, ModeratedReview, Session } from '@lectern/client';
import { expect, test } from '../calls/fixtures.ts';
import { type Answers, answer, problem } from './api.ts';
import * as data from './data.ts';
import { ORIGIN } from './origin.ts';

// What people do without a mouse: Tab, arrows, Enter and Escape alone.

/** Tabs after which something is taken for unreachable. */
const MOST_TABS = 120;

const BROWSERS = ['chromium', 'firefox'] as const;

for (const name of BROWSERS) {
  test.describe(`by keyboard in ${name}`, () => {
    test('a lesson is booked', async ({ chromium, firefox }) => {
      const page = await open(name === 'chromium' ? chromium : firefox, '/book/ines', {
        instead: {
          'POST /api/sessions': (route) =>
            route.fulfill({
              status: 201,
              headers: { ETag: '"1"' },
              json: data.COMING.find(({ id }) => id === 'story'),
            }),
        },
      });
      const slot = page.locator('.l-slot', { hasText: '18:00' }).first();
      await slot.waitFor();
      await tabTo(page, slot);
      await page.keyboard.press('Enter');
      await expect(page.getByText(/^Kept for you/)).toBeVisible();
      await expect(slot).toBeFocused();
      await tabTo(page, page.getByLabel('What should the lesson be about?'));
      await page.keyboard.type('Telling a story');
      await tabTo(page, page.getByRole('button', { name: 'Book lesson' }));
      await page.keyboard.press('Enter');
      await expect(page.getByRole('heading', { name: 'Telling a story' })).toBeVisible();
      await expect(page.getByRole('main')).toBeFocused();
    });

    test('hours are changed', async ({ chromium, firefox }) => {
      const page = await open(name === 'chromium' ? chromium : firefox, '/hours', {
        as: 'ines',
        instead: {
          'PUT /api/me/availability': (route) =>
            route.fulfill({ headers: { ETag: '"2"' }, json: data.HOURS }),
        },
      });
      const from = page.getByRole('group', { name: 'Monday, from' }).first();
      const hour = from.getByRole('spinbutton', { name: /^hour/ });
      await hour.waitFor();
      await tabTo(page, hour);
      await page.keyboard.press('ArrowDown');
      await expect(page.getByText('Not saved yet.')).toBeVisible();
      await tabTo(page, page.getByRole('button', { name: 'Save hours' }));
      await page.keyboard.press('Enter');
      await expect(page.getByText('Your hours are saved')).toBeVisible();
      expect(await sent(page, 'PUT /api/me/availability')).toMatchObject([
        { weekly: [{ day: 'monday', from: '08:00', to: '12:00' }, {}, {}, {}, {}, {}] },
      ]);
    });

    test('stars are given, and the dialog gives the focus back', async ({ chromium, firefox }) => {
      const page = await open(name === 'chromium' ? chromium : firefox, '/history', {
        instead: {
          'POST /api/reviews': (route) => route.fulfill({ status: 201, json: data.OWN_REVIEW }),
        },
      });
      const review = page.getByRole('button', { name: 'Review', exact: true }).first();
      await review.waitFor();
      await tabTo(page, review);
      await page.keyboard.press('Enter');
      await within(page.getByRole('dialog'));
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toBeHidden();
      await expect(review).toBeFocused();
      await page.keyboard.press('Enter');
      const first = page.getByRole('radio', { name: /^1,/ });
      await tabTo(page, first);
      await page.keyboard.press('Space');
      for (let star = 1; star < 4; star += 1) await page.keyboard.press('ArrowRight');
      await expect(page.getByRole('radio', { name: '4, good' })).toBeChecked();
      await tabTo(page, page.getByRole('button', { name: 'Send review' }));
      await page.keyboard.press('Enter');
      await expect(page.getByRole('dialog')).toBeHidden();
      expect(await sent(page, 'POST /api/reviews')).toMatchObject([{ rating: 4 }]);
    });

    test('a dispute is decided', async ({ chromium, firefox }) => {
      const page = await open(name === 'chromium' ? chromium : firefox, '/admin/disputes/d1', {
        as: 'ada',
        instead: {
          'POST /api/admin/disputes/d1/decide': (route) =>
            route.fulfill({ json: { ...data.DISPUTE, outcome: 'cancel' } }),
        },
      });
      const held = page.getByRole('radio', { name: /^It counts as held/ });
      await held.waitFor({ state: 'attached' });
      await tabTo(page, held);
      await page.keyboard.press('Space');
      await page.keyboard.press('ArrowDown');
      await expect(page.getByRole('radio', { name: /^It does not count/ })).toBeChecked();
      await tabTo(page, page.getByLabel('A word to both'));
      await page.keyboard.type('Please find a new time.');
      await tabTo(page, page.getByRole('button', { name: 'Decide and tell both' }));
      await page.keyboard.press('Enter');
      await expect(page.getByText('Decided, and both are told')).toBeVisible();
      expect(await sent(page, 'POST /api/admin/disputes/d1/decide')).toEqual([
        { outcome: 'cancel', reason: 'Please find a new time.' },
      ]);
    });

    test('a calendar is added and taken out again', async ({ chromium, firefox }) => {
      const page = await open(name === 'chromium' ? chromium : firefox, '/settings', {
        as: 'ines',
        instead: {
          'PUT /api/me/calendar-feeds': (route) =>
            route.fulfill({ headers: { ETag: '"4"' }, json: data.FEEDS }),
        },
      });
      const address = page.getByLabel('Address of the calendar');
      await address.waitFor();
      await tabTo(page, address);
      await page.keyboard.type('https://example.org/mine.ics');
      await page.keyboard.press('Enter');
      await expect(page.getByText('It is read within a minute')).toBeVisible();
      await tabTo(page, page.getByRole('button', { name: 'Remove Choir' }), 'Shift+Tab');
      await page.keyboard.press('Enter');
      await expect(page.getByText('Choir no longer counts')).toBeVisible();
      const urls = data.FEEDS.busy.map(({ url }) => ({ url }));
      expect(await sent(page, 'PUT /api/me/calendar-feeds')).toMatchObject([
        { busy: [...urls, { url: 'https://example.org/mine.ics' }] },
        { busy: [urls[0], urls[2]] },
      ]);
    });

    test('a request is confirmed', async ({ chromium, firefox }) => {
      const asked = data.COMING.filter(({ id }) => id === 'story');
      const [lesson] = asked;
      const page = await open(name === 'chromium' ? chromium : firefox, '/lessons/story', {
        as: 'ines',
        lessons: asked,
        instead: {
          'POST /api/sessions/story/confirm': (route) => {
            const confirmed = { ...lesson, confirmation: 'confirmed' } as Session;
            asked.splice(0, 1, confirmed);
            return route.fulfill({ json: confirmed });
          },
        },
      });
      const confirm = page.getByRole('button', { name: 'Confirm' });
      await confirm.waitFor();
      await tabTo(page, confirm);
      await page.keyboard.press('Enter');
      await expect(page.getByText('Telling a story is confirmed')).toBeVisible();
      await expect(confirm).toBeHidden();
      await expect(page.getByRole('article')).toBeFocused();
      expect(await sent(page, 'POST /api/sessions/story/confirm')).toHaveLength(1);
    });

    test('a request is declined', async ({ chromium, firefox }) => {
      const asked = data.COMING.filter(({ id }) => id === 'story');
      const [lesson] = asked;
      const page = await open(name === 'chromium' ? chromium : firefox, '/lessons/story', {
        as: 'ines',
        lessons: asked,
        instead: {
          'POST /api/sessions/story/decline': (route) => {
            const off = { ...lesson, status: 'cancelled', confirmation: 'declined' } as Session;
            asked.splice(0, 1, off);
            return route.fulfill({ json: off });
          },
        },
      });
      const decline = page.getByRole('button', { name: 'Decline' });
      await decline.waitFor();
      await tabTo(page, decline);
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog');
      await within(dialog);
      await page.keyboard.press('Escape');
      await expect(dialog).toBeHidden();
      await expect(decline).toBeFocused();
      await page.keyboard.press('Enter');
      await tabTo(page, page.getByLabel(/^A word to Jonas/));
      await page.keyboard.type('Friday?');
      await tabTo(page, dialog.getByRole('button', { name: 'Decline' }));
      await page.keyboard.press('Enter');
      await expect(dialog).toBeHidden();
      await expect(page.getByRole('article')).toBeFocused();
      expect(await sent(page, 'POST /api/sessions/story/decline')).toEqual([{ reason: 'Friday?' }]);
    });

    test('a lesson is booked for every week', async ({ chromium, firefox }) => {
      const page = await open(name === 'chromium' ? chromium : firefox, '/book/ines', {
        instead: {
          'POST /api/sessions': (route) =>
            route.fulfill({
              status: 201,
              headers: { ETag: '"1"' },
              json: data.COMING.find(({ id }) => id === 'weekly'),
            }),
        },
      });
      const slot = page.locator('.l-slot', { hasText: '18:00' }).first();
      await slot.waitFor();
      await tabTo(page, slot);
      await page.keyboard.press('Enter');
      await expect(page.getByText(/^Kept for you/)).toBeVisible();
      await tabTo(page, page.getByLabel('What should the lesson be about?'));
      await page.keyboard.type('Weekly conversation');
      await tabTo(page, page.getByRole('switch', { name: /^Every week/ }));
      await page.keyboard.press('Space');
      const count = page.getByRole('button', { name: /How many lessons/ });
      await tabTo(page, count);
      await page.keyboard.press('Enter');
      await expect(page.getByRole('option', { name: 'Six lessons' })).toBeFocused();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('listbox')).toBeHidden();
      await expect(count).toBeFocused();
      await tabTo(page, page.getByRole('button', { name: 'Book 8 lessons' }));
      await page.keyboard.press('Enter');
      await expect(page.getByRole('heading', { name: 'Weekly conversation' })).toBeVisible();
      await expect(page.getByRole('main')).toBeFocused();
      expect(await sent(page, 'POST /api/sessions')).toMatchObject([
        {
          localStart: '2026-11-26T18:00:00+01:00',
          timeZone: 'Europe/Berlin',
          series: { rrule: 'FREQ=WEEKLY;COUNT=8' },
        },
      ]);
    });

    test('a seat is taken in a group', async ({ chromium, firefox }) => {
      const seated: Session = {
        ...data.GROUP,
        seats: { ...data.GROUP.seats, taken: 4, mine: 'taken' },
      };
      const group = [data.GROUP];
      const page = await open(name === 'chromium' ? chromium : firefox, '/lessons/group', {
        lessons: group,
        instead: {
          'POST /api/sessions/group/seats': (route) => {
            group.splice(0, 1, seated);
            return route.fulfill({ json: seated });
          },
        },
      });
      const take = page.getByRole('button', { name: 'Take a seat' });
      await take.waitFor();
      await tabTo(page, take);
      await page.keyboard.press('Enter');
      await expect(page.getByText('You have a seat.')).toBeVisible();
      await expect(page.getByRole('region', { name: 'Seats' })).toBeFocused();
      expect(await sent(page, 'POST /api/sessions/group/seats')).toHaveLength(1);
      await page.keyboard.press('Tab');
      await expect(page.getByRole('button', { name: 'Give it back' })).toBeFocused();
    });

    test('another time is proposed', async ({ chromium, firefox }) => {
      const page = await open(name === 'chromium' ? chromium : firefox, '/lessons/waves', {
        instead: {
          'PUT /api/sessions/waves': (route) => problem(route, 409, 'consent_required'),
          'POST /api/sessions/waves/proposals': (route) =>
            route.fulfill({
              status: 201,
              json: data.COMING.find(({ id }) => id === 'waves'),
            }),
        },
      });
      const change = page.getByRole('button', { name: 'Change' });
      await change.waitFor();
      await tabTo(page, change);
      await page.keyboard.press('Enter');
      await expect(page.getByRole('dialog')).toBeVisible();
      await tabTo(page, page.getByRole('spinbutton', { name: /^hour/ }));
      await page.keyboard.press('ArrowUp');
      await tabTo(page, page.getByRole('button', { name: 'Move lesson' }));
      await page.keyboard.press('Enter');
      const ask = page.getByRole('button', { name: 'Ask Daniel' });
      await ask.waitFor();
      await tabTo(page, ask, 'Shift+Tab');
      await page.keyboard.press('Enter');
      await expect(page.getByText('Daniel is asked', { exact: true })).toBeVisible();
      await expect(change).toBeFocused();
      expect(await sent(page, 'POST /api/sessions/waves/proposals')).toEqual([
        { scheduledAt: '2026-11-24T18:00:00Z', duration: 50 },
      ]);
    });

    test('a proposed time is accepted', async ({ chromium, firefox }) => {
      const moved: Session = {
        ...data.PROPOSED,
        scheduledAt: '2026-11-28T09:00:00Z',
        endsAt: '2026-11-28T09:50:00Z',
        proposal: null,
      };
      const lessons = [data.PROPOSED];
      const page = await open(name === 'chromium' ? chromium : firefox, '/lessons/optics', {
        lessons,
        instead: {
          'POST /api/sessions/optics/proposals/p1/accept': (route) => {
            lessons.splice(0, 1, moved);
            return route.fulfill({ json: moved });
          },
        },
      });
      const move = page.getByRole('button', { name: 'Move it' });
      await move.waitFor();
      await tabTo(page, move);
      await page.keyboard.press('Enter');
      await expect(page.getByText('Lesson moved to Sat 28 Nov, 10:00')).toBeVisible();
      await expect(move).toBeHidden();
      await expect(page.getByRole('article')).toBeFocused();
      expect(await sent(page, 'POST /api/sessions/optics/proposals/p1/accept')).toHaveLength(1);
    });

    test('rules are changed', async ({ chromium, firefox }) => {
      const page = await open(name === 'chromium' ? chromium : firefox, '/hours', {
        as: 'ines',
        instead: {
          'PUT /api/me/policy': (route) =>
            route.fulfill({ headers: { ETag: '"2"' }, json: data.POLICY }),
        },
      });
      const deadline = page.getByRole('button', { name: /Students may cancel/ });
      await deadline.waitFor();
      await tabTo(page, deadline);
      await page.keyboard.press('Enter');
      await expect(page.getByRole('option', { selected: true })).toBeFocused();
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('listbox')).toBeHidden();
      await expect(deadline).toBeFocused();
      await tabTo(page, page.getByRole('switch', { name: /^Students ask before/ }));
      await page.keyboard.press('Space');
      await tabTo(page, page.getByRole('button', { name: 'Save hours' }));
      await page.keyboard.press('Enter');
      await expect(page.getByText('Your hours are saved')).toBeVisible();
      await expect(page.locator('.l-hours')).toBeFocused();
      expect(await sent(page, 'PUT /api/me/policy')).toEqual([
        { cancelDeadline: 720, rescheduleNeedsConsent: true },
      ]);
    });

    test('figures of a year are read as a table', async ({ chromium, firefox }) => {
      const spans: (string | null)[] = [];
      const page = await open(name === 'chromium' ? chromium : firefox, '/figures', {
        instead: {
          'GET /api/analytics': (route) => {
            spans.push(new URL(route.request().url()).searchParams.get('by'));
            return route.fulfill({ json: data.FIGURES });
          },
        },
      });
      const shortest = page.getByRole('radio', { name: '7 days' });
      await shortest.waitFor();
      await tabTo(page, shortest);
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      const year = page.getByRole('radio', { name: 'Year' });
      await expect(year).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(year).toBeChecked();
      await expect.poll(() => spans.includes('month')).toBe(true);
      const asTable = page.getByRole('button', { name: 'How lessons ended as a table' });
      await asTable.waitFor();
      await tabTo(page, asTable);
      await page.keyboard.press('Enter');
      await expect(page.getByRole('button', { name: 'How lessons ended as a plot' })).toBeFocused();
      await page.keyboard.press('Tab');
      const table = page.getByRole('region', { name: 'How lessons ended, value by value' });
      await expect(table).toBeFocused();
      await expect(table.getByRole('row').first()).toHaveText('WhenHeldCancelledNo-show');
      const left = ({ scrollTop, scrollHeight, clientHeight }: HTMLElement) =>
        Math.round(scrollHeight - clientHeight - scrollTop);
      expect(await table.evaluate(left)).toBeGreaterThan(0);
      await page.keyboard.press('End');
      await expect.poll(() => table.evaluate(left)).toBe(0);
    });

    test('a review is taken out of view', async ({ chromium, firefox }) => {
      const reviews = [...data.MODERATED];
      const page = await open(name === 'chromium' ? chromium : firefox, '/admin/reviews', {
        as: 'ada',
        instead: {
          'GET /api/admin/reviews': (route) =>
            route.fulfill({ json: { items: reviews, nextCursor: null } }),
          'POST /api/admin/reviews/r1/moderate': (route) => {
            const hidden = { ...reviews[0], state: 'hidden' } as ModeratedReview;
            reviews.splice(0, 1, hidden);
            return route.fulfill({ json: hidden });
          },
        },
      });
      const row = page.getByRole('listitem').filter({ hasText: 'She waits while I look' });
      const hide = row.getByRole('button', { name: 'Take out of view' });
      await hide.waitFor();
      await tabTo(page, hide);
      await page.keyboard.press('Enter');
      await expect(page.getByRole('dialog')).toBeVisible();
      await tabTo(page, page.getByLabel('Why'));
      await page.keyboard.type('It is about another lesson.');
      await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Take out of view' }));
      await page.keyboard.press('Enter');
      await expect(page.getByText('The review is out of view')).toBeVisible();
      await expect(row.getByRole('button', { name: 'Bring back' })).toBeFocused();
      expect(await sent(page, 'POST /api/admin/reviews/r1/moderate')).toEqual([
        { action: 'hide', reason: 'It is about another lesson.' },
      ]);
    });

    test('a key is made, and another revoked', async ({ chromium, firefox }) => {
      const keys = [...data.KEYS];
      const page = await open(name === 'chromium' ? chromium : firefox, '/admin/keys', {
        as: 'ada',
        instead: {
          'GET /api/admin/api-keys': (route) =>
            route.fulfill({ json: { items: keys, nextCursor: null } }),
          'POST /api/admin/api-keys': (route) =>
            route.fulfill({
              status: 201,
              json: { ...data.KEYS[0], name: 'The mail server', key: 'lk_a_secret' },
            }),
          'DELETE /api/admin/api-keys/k1': (route) => {
            keys.splice(0, 1, { ...keys[0], revokedAt: data.NOW } as ApiKey);
            return route.fulfill({ status: 204 });
          },
        },
      });
      const dialog = page.getByRole('dialog');
      const make = page.getByRole('button', { name: 'New key' });
      await make.waitFor();
      await tabTo(page, make);
      await page.keyboard.press('Enter');
      await tabTo(page, page.getByLabel('What it is for'));
      await page.keyboard.type('The mail server');
      await tabTo(page, page.getByRole('checkbox', { name: 'Read reviews' }));
      await page.keyboard.press('Space');
      await tabTo(page, page.getByRole('button', { name: 'Make key' }));
      await page.keyboard.press('Enter');
      await expect(page.getByLabel('The key', { exact: true })).toHaveText('lk_a_secret');
      await tabTo(page, page.getByRole('button', { name: 'I have kept it' }));
      await page.keyboard.press('Enter');
      await expect(dialog).toBeHidden();
      await expect(make).toBeFocused();
      expect(await sent(page, 'POST /api/admin/api-keys')).toEqual([
        { name: 'The mail server', scopes: ['reviews:read'], expiresInDays: 365 },
      ]);
      const revoke = page.getByRole('button', { name: 'Revoke The platform’s backend' });
      await tabTo(page, revoke);
      await page.keyboard.press('Enter');
      await tabTo(page, dialog.getByRole('button', { name: 'Revoke key' }));
      await page.keyboard.press('Enter');
      await expect(page.getByText('The platform’s backend is revoked')).toBeVisible();
      await expect(revoke).toBeHidden();
      const row = page.getByRole('listitem').filter({ hasText: 'Last used' });
      await expect(row).toBeFocused();
      expect(await sent(page, 'DELETE /api/admin/api-keys/k1')).toEqual([null]);
    });
  });
}

async function open(browser: Browser, path: string, answers: Answers): Promise<Page> {
  const context = await browser.newContext({
    baseURL: ORIGIN,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(new Date(data.NOW));
  await page.addInitScript(() => sessionStorage.setItem('lectern.token', 't'));
  await page.addInitScript(keepSent);
  await answer(page, answers);
  await page.goto(path);
  return page;
}

/** A request that changes something, with its body. */
interface Sent {
  what: string;
  body: string;
}

interface Keeping {
  sent: Sent[];
}

/** Runs in the page: Firefox tells the test of requests without their bodies. */
function keepSent(): void {
  const keeping = Object.assign(window, { sent: [] as Sent[] });
  const fetched = window.fetch;
  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (request.method !== 'GET') {
      const what = `${request.method} ${new URL(request.url).pathname}`;
      keeping.sent.push({ what, body: await request.clone().text() });
    }
    return fetched(request);
  };
}

/** The bodies of what was sent to one path, null where there was none. */
async function sent(page: Page, what: string): Promise<unknown[]> {
  const all = await page.evaluate(() => (window as unknown as Keeping).sent);
  return all
    .filter((each) => each.what === what)
    .map(({ body }) => (body === '' ? null : (JSON.parse(body) as unknown)));
}

/** Presses Tab until something has the focus, and looks whether that is seen. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    const there = await target.evaluate((element) => element === document.activeElement);
    if (there) {
      expect(await ringed(target), 'the focus is seen').toBe(true);
      return;
    }
    await page.keyboard.press(key);
  }
  throw new Error(`${String(target)} is not reached by Tab`);
}

/**
 * Waits until the keyboard is in something. A dialog that a key opens is drawn
 * first: it takes the focus when all transitions have ended.
 */
async function within(place: Locator): Promise<void> {
  const inside = () => place.evaluate((element) => element.contains(document.activeElement));
  await expect.poll(inside).toBe(true);
}

/** Whether something, or what stands for it, is drawn with a ring. */
function ringed(target: Locator): Promise<boolean> {
  return target.evaluate((element) => {
    const drawn = (each: Element | null) => {
      if (!each) return false;
      const { outlineStyle, outlineWidth } = getComputedStyle(each);
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
    };
    const label = element.closest('label');
    return (
      drawn(element) ||
      drawn(element.closest('.l-input')) ||
      drawn(label) ||
      [...(label?.querySelectorAll('*') ?? [])].some(drawn)
    );
  });
}
