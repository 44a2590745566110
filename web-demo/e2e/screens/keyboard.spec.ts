import type { Browser, Locator, Page } from '@playwright/test';
import { expect, test } from '../calls/fixtures.ts';
import { type Answers, answer } from './api.ts';
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
      await expect(page.getByRole('dialog')).toBeVisible();
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

/** The bodies of what was sent to one path. */
async function sent(page: Page, what: string): Promise<unknown[]> {
  const all = await page.evaluate(() => (window as unknown as Keeping).sent);
  return all.filter((each) => each.what === what).map(({ body }) => JSON.parse(body) as unknown);
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
