import { type Browser, expect, type Locator, type Page } from '@playwright/test';
import { keepPeers } from './media.ts';

/** Opens the app as one of the demo's people. */
export async function signIn(browser: Browser, api: string, name: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: api, permissions: permissionsOf(browser) });
  const page = await context.newPage();
  await keepPeers(page);
  await page.goto('/');
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name.split(' ')[0] ?? name);
  return page;
}

/** Firefox knows no such permissions and asks nothing by its preferences. */
function permissionsOf(browser: Browser): string[] {
  return browser.browserType().name() === 'chromium' ? ['camera', 'microphone'] : [];
}

/** Books a lesson through the page; its teacher moves it, so that its room is open now. */
export async function bookSoon(page: Page, teacher: string, title: string): Promise<string> {
  const id = await book(page, teacher, title);
  await moveToNow(page, teacher, id);
  return id;
}

/** Books the last free time of the next week through the page, or of every week from then. */
export async function book(
  page: Page,
  teacher: string,
  title: string,
  weekly = false,
): Promise<string> {
  await page.getByRole('link', { name: 'Find a lesson' }).first().click();
  const card = page.getByRole('article').filter({ hasText: teacher });
  await card.getByRole('link', { name: 'See free times' }).click();
  await page.getByRole('radio', { name: '25 min' }).click();
  await chooseLast(page);
  await write(page.getByLabel('What should the lesson be about?'), title);
  if (weekly) await page.getByText('Every week', { exact: true }).click();
  await page.getByRole('button', { name: weekly ? 'Book 6 lessons' : 'Book lesson' }).click();
  await expect(page.getByRole('heading', { name: title })).toBeVisible();
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}

/** Types as somebody would: what `fill` sets in Firefox, React does not hear of. */
export async function write(field: Locator, text: string): Promise<void> {
  await field.click();
  await field.pressSequentially(text);
}

/** Takes the last time of the next week, which is then kept. */
async function chooseLast(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'The next week' }).click();
  await page.locator('.l-slot').last().click();
  await expect(page.getByText(/^Kept for you, \d:\d\d$/)).toBeVisible();
}

/** Minutes from now at which the moved lesson begins: within the join window. */
const SOON = 3;

/** A student moves a lesson to what is offered alone; its teacher to any time. */
async function moveToNow(page: Page, teacher: string, id: string): Promise<void> {
  const scheduledAt = new Date(Date.now() + SOON * 60_000).toISOString();
  const status = await page.evaluate(
    async ({ teacher, id, scheduledAt }) => {
      const json = { 'Content-Type': 'application/json' };
      const people = (await (await fetch('/api/demo/people')).json()) as {
        items: { id: string; name: string }[];
      };
      const body = JSON.stringify({ id: people.items.find(({ name }) => name === teacher)?.id });
      const signIn = { method: 'POST', headers: json, body };
      const { token } = (await (await fetch('/api/demo/sign-in', signIn)).json()) as {
        token: string;
      };
      const headers = { ...json, Authorization: `Bearer ${token}`, 'If-Match': '*' };
      const move = { method: 'PUT', headers, body: JSON.stringify({ scheduledAt }) };
      return (await fetch(`/api/sessions/${id}`, move)).status;
    },
    { teacher, id, scheduledAt },
  );
  expect(status).toBe(200);
  await page.reload();
}

/** Types a day and a time into the open dialog, by its digits. */
export async function typeWhen(page: Page, date: string, time: string): Promise<void> {
  await page.getByRole('spinbutton', { name: /^day/ }).focus();
  await page.keyboard.type(date);
  await page.getByRole('spinbutton', { name: /^hour/ }).focus();
  await page.keyboard.type(time);
}

/** Goes through the pre-join page into the room. */
export async function enterRoom(page: Page, id: string): Promise<void> {
  await page.goto(`/lessons/${id}/room`);
  await expect(page.getByText('Camera is working')).toBeVisible();
  await page.getByRole('button', { name: 'Join lesson' }).click();
  await expect(page.getByRole('toolbar', { name: 'Lesson controls' })).toBeVisible();
}

export async function leaveRoom(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Leave' }).click();
  const left = { name: 'You have left the lesson', includeHidden: true };
  await expect(page.getByRole('heading', left)).toBeAttached();
}
