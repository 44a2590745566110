import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { addDays, mondayOf } from '../../packages/client/src/time/zones.ts';
import { book, signIn, typeWhen, write } from '../support/lesson.ts';
import { expect, test } from './fixtures.ts';

// What people do around lessons, each by its pages against the real server.

test('a request is confirmed', async ({ server, chromium, firefox }) => {
  const { api } = server.ready;
  const student = await signIn(firefox, api, 'Tom Becker');
  const teacher = await signIn(chromium, api, 'Inês Carvalho');
  const id = await book(student, 'Inês Carvalho', 'Asking the way');
  await expect(student.getByText('Inês has not confirmed yet.')).toBeVisible();
  await teacher.goto(`/lessons/${id}`);
  await expect(teacher.getByText('Tom asks for this lesson.')).toBeVisible();
  await press(teacher, 'Confirm');
  await expect(teacher.getByText('Asking the way is confirmed')).toBeVisible();
  await student.reload();
  await expect(student.getByText('Confirmed', { exact: true })).toBeVisible();
});

test('a request is declined with a word', async ({ server, chromium }) => {
  const { api } = server.ready;
  const student = await signIn(chromium, api, 'Tom Becker');
  const teacher = await signIn(chromium, api, 'Inês Carvalho');
  const id = await book(student, 'Inês Carvalho', 'At the station');
  await teacher.goto(`/lessons/${id}`);
  await press(teacher, 'Decline');
  const dialog = teacher.getByRole('dialog');
  await write(dialog.getByLabel(/^A word to Tom/), 'I am at a wedding. Friday?');
  await dialog.getByRole('button', { name: 'Decline' }).click();
  await expect(teacher.getByText('Tom is told')).toBeVisible();
  await student.reload();
  await expect(student.getByText('Declined', { exact: true })).toBeVisible();
  await expect(student.getByText('I am at a wedding. Friday?')).toBeVisible();
});

test('another time is proposed and accepted', async ({ server, chromium }) => {
  const { api } = server.ready;
  const student = await signIn(chromium, api, 'Tom Becker');
  const teacher = await signIn(chromium, api, 'Daniel Okafor');
  await test.step('the teacher wants to be asked', async () => {
    await teacher.goto('/hours');
    await teacher.getByText('Students ask before they move a lesson').click();
    await press(teacher, 'Save hours');
    await expect(teacher.getByText('Your hours are saved')).toBeVisible();
  });
  const id = await book(student, 'Daniel Okafor', 'Sums that never end');
  const times = student.locator('.lesson-when dd').first();
  const before = await times.textContent();
  await press(student, 'Change');
  await student.getByRole('spinbutton', { name: /^hour/ }).focus();
  await student.keyboard.press('ArrowDown');
  await press(student, 'Move lesson');
  await expect(student.getByText('Daniel is asked before a lesson moves.')).toBeVisible();
  await press(student, 'Ask Daniel');
  await expect(student.getByText('You asked Daniel to move it')).toBeVisible();
  await expect(times).toHaveText(before ?? '');
  await teacher.goto(`/lessons/${id}`);
  await expect(teacher.getByText('Tom would like to move it')).toBeVisible();
  await press(teacher, 'Move it');
  await expect(teacher.getByText(/^Lesson moved to/)).toBeVisible();
  await student.reload();
  await expect(student.getByRole('heading', { name: 'Sums that never end' })).toBeVisible();
  await expect(times).not.toHaveText(before ?? '');
  await expect(student.getByText('You asked Daniel to move it')).toBeHidden();
});

test('another time is proposed for the rest of a series, and accepted', async ({
  server,
  chromium,
}) => {
  const { api } = server.ready;
  const student = await signIn(chromium, api, 'Tom Becker');
  const teacher = await signIn(chromium, api, 'Daniel Okafor');
  await teacher.goto('/hours');
  await teacher.getByText('Students ask before they move a lesson').click();
  await press(teacher, 'Save hours');
  await expect(teacher.getByText('Your hours are saved')).toBeVisible();
  await book(student, 'Daniel Okafor', 'Sums, week by week', true);
  const before = await startsOf(student, 'Sums, week by week');
  expect(before).toHaveLength(6);
  const third = `/lessons/${before[2]?.id}`;
  await student.goto(third);
  await press(student, 'Change');
  await student.getByRole('spinbutton', { name: /^hour/ }).focus();
  await student.keyboard.press('ArrowDown');
  await student.getByRole('radio', { name: 'This and later' }).click();
  await press(student, 'Move lesson');
  await press(student, 'Ask Daniel');
  await expect(student.getByText('You asked Daniel to move it and those after it')).toBeVisible();
  await teacher.goto('/notices');
  await teacher.getByRole('link', { name: /Sums, week by week and those after it/ }).click();
  await expect(teacher.getByText('Tom would like to move it and those after it')).toBeVisible();
  await press(teacher, 'Move them');
  await expect(teacher.getByText('The lessons are moved')).toBeVisible();
  const after = await startsOf(student, 'Sums, week by week');
  const hour = 3_600_000;
  expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  expect(after.map(({ at }, n) => at - (before[n]?.at ?? 0))).toEqual([
    0,
    0,
    -hour,
    -hour,
    -hour,
    -hour,
  ]);
});

test('a group has seats, and a line for them', async ({ server, chromium }) => {
  const { api } = server.ready;
  const teacher = await signIn(chromium, api, 'Daniel Okafor');
  await teacher.goto('/groups?do=offer');
  await write(teacher.getByLabel('What it is about'), 'Stars for two');
  await typeWhen(teacher, nextWednesday(), '1700');
  await teacher.getByRole('button', { name: /Seats$/ }).click();
  await teacher.getByRole('option', { name: '2 seats', exact: true }).click();
  await press(teacher, 'Offer it');
  await teacher.getByRole('link', { name: 'Stars for two' }).click();
  await expect(teacher.getByText('Two seats are free.')).toBeVisible();

  const [tom, mira, jonas] = await Promise.all(
    ['Tom Becker', 'Mira Haddad', 'Jonas Weber'].map((name) => signIn(chromium, api, name)),
  );
  if (!tom || !mira || !jonas) throw new Error('three students sign in');
  await test.step('who is quick has a seat', async () => {
    for (const student of [tom, mira]) {
      await chooseGroup(student);
      await press(student, 'Take a seat');
      await expect(student.getByText('You have a seat.')).toBeVisible();
    }
  });
  await test.step('who is not waits', async () => {
    await chooseGroup(jonas);
    await press(jonas, 'Wait for a seat');
    await expect(jonas.getByText('You are next in line.')).toBeVisible();
  });
  await test.step('a seat that is given back is kept for who waits', async () => {
    await press(tom, 'Give it back');
    await expect(tom.getByText('You have a seat.')).toBeHidden();
    await jonas.reload();
    await expect(jonas.getByText('A seat is kept for you')).toBeVisible();
    await press(jonas, 'Take it');
    await expect(jonas.getByText('You have a seat.')).toBeVisible();
  });
  await teacher.reload();
  await expect(teacher.getByText('Every seat is taken.')).toBeVisible();
  const people = teacher.locator('.lesson-people');
  await expect(people).toContainText('Jonas Weber');
  await expect(people).toContainText('Mira Haddad');
  await expect(people).not.toContainText('Tom Becker');
});

test('a key is made, used and revoked', async ({ server, chromium }) => {
  const { api } = server.ready;
  const ada = await signIn(chromium, api, 'Ada Lindqvist');
  await ada.goto('/admin/keys');
  await press(ada, 'New key');
  await write(ada.getByLabel('What it is for'), 'The mail server');
  await ada.getByText('Read everybody’s lessons').click();
  await press(ada, 'Make key');
  const key = await ada.getByLabel('The key', { exact: true }).textContent();
  const call = async () =>
    (
      await ada.request.get('/api/sessions', { headers: { Authorization: `Bearer ${key}` } })
    ).status();
  expect(await call()).toBe(200);
  await press(ada, 'I have kept it');
  await press(ada, 'Revoke The mail server');
  await press(ada, 'Revoke key');
  await expect(ada.getByText('The mail server is revoked')).toBeVisible();
  await expect.poll(call).toBe(401);
});

test('a dispute is decided by both words', async ({ server, chromium }) => {
  const { api } = server.ready;
  const student = await signIn(chromium, api, 'Tom Becker');
  const teacher = await signIn(chromium, api, 'Daniel Okafor');
  const ada = await signIn(chromium, api, 'Ada Lindqvist');
  const id = await lessonBehind(student, 'Limits, at last');
  const words = { student: 'It ended after half an hour.', teacher: 'My street lost power.' };
  for (const [page, word] of [
    [student, words.student],
    [teacher, words.teacher],
  ] as const) {
    await page.goto(`/lessons/${id}?do=dispute`);
    await write(page.getByLabel('Say what happened'), word);
    await press(page, 'Ask for a decision');
    await expect(page.getByText('Somebody will look at it and tell you both')).toBeVisible();
  }
  await test.step('everybody’s lessons show it', async () => {
    await ada.goto('/admin/lessons');
    await ada.getByRole('button', { name: 'This month remove' }).click();
    const row = ada.getByRole('row').filter({ hasText: 'Limits, at last' });
    await expect(row).toContainText('Disputed');
    await expect(row).toContainText(/\d+ of \d+ min/);
  });
  await ada.goto('/admin/disputes');
  await ada.getByRole('link', { name: 'Limits, at last' }).last().click();
  await expect(ada.getByText(words.student)).toBeVisible();
  await expect(ada.getByText(words.teacher)).toBeVisible();
  await ada.getByRole('radio', { name: /^It does not count/ }).press('Space');
  await write(ada.getByLabel('A word to both'), 'Please find a new time.');
  await press(ada, 'Decide and tell both');
  await expect(ada.getByText('Decided, and both are told')).toBeVisible();
  await student.goto(`/lessons/${id}`);
  await expect(student.getByText('Cancelled', { exact: true })).toBeVisible();
});

test('a review is taken out of view', async ({ server, chromium }) => {
  const { api } = server.ready;
  const words = 'Half an hour that felt like ten minutes.';
  const student = await signIn(chromium, api, 'Jonas Weber');
  const ada = await signIn(chromium, api, 'Ada Lindqvist');
  await student.goto('/book/ines');
  await expect(student.getByText(words)).toBeVisible();
  await ada.goto('/admin/reviews');
  const review = ada.getByRole('listitem').filter({ hasText: words });
  await review.getByRole('button', { name: 'Take out of view' }).click();
  await write(ada.getByLabel('Why'), 'It is about another teacher.');
  await ada.getByRole('dialog').getByRole('button', { name: 'Take out of view' }).click();
  await expect(ada.getByText('The review is out of view')).toBeVisible();
  await student.reload();
  await expect(student.getByText('I could order a coffee the same evening.')).toBeVisible();
  await expect(student.getByText(words)).toBeHidden();
});

test('lessons are subscribed to, and a calendar elsewhere is looked at', async ({
  server,
  chromium,
}) => {
  const { api } = server.ready;
  const teacher = await signIn(chromium, api, 'Daniel Okafor');
  await teacher.goto('/settings');
  await press(teacher, 'Subscribe');
  await press(teacher, 'Make an address');
  const address = await teacher.getByLabel('The address').inputValue();
  const feed = await teacher.request.get(address);
  expect(feed.headers()['content-type']).toContain('text/calendar');
  expect(await feed.text()).toContain('BEGIN:VEVENT');
  await press(teacher, 'Stop it');
  await expect.poll(async () => (await teacher.request.get(address)).status()).toBe(404);
  await teacher.keyboard.press('Escape');
  await write(teacher.getByLabel('Address of the calendar'), 'https://127.0.0.1/mine.ics');
  await press(teacher, 'Add calendar');
  await expect(
    teacher.getByText(/Cannot be read|Not read yet|Nothing is changed/).first(),
  ).toBeVisible();
});

test('somebody takes their data along, and is erased', async ({ server, chromium }) => {
  const { api } = server.ready;
  const student = await signIn(chromium, api, 'Mira Haddad');
  const ada = await signIn(chromium, api, 'Ada Lindqvist');
  await student.goto('/settings');
  const [file] = await Promise.all([
    student.waitForEvent('download'),
    press(student, 'Export my data'),
  ]);
  expect(await readFile(await file.path(), 'utf8')).toContain('Mira Haddad');
  await ada.goto('/admin/people');
  await write(ada.getByLabel('Search people'), 'mira');
  await press(ada, 'Erase Mira Haddad');
  await write(ada.getByLabel('Type their id, mira'), 'mira');
  await press(ada, 'Erase for good');
  await expect(ada.getByText('Mira Haddad is erased')).toBeVisible();
  await expect(ada.getByText('Nobody is called that')).toBeVisible();
  await student.reload();
  await expect(student.getByText('You have been away a while')).toBeVisible();
});

test('an account is deleted by its owner', async ({ server, chromium }) => {
  const { api } = server.ready;
  const student = await signIn(chromium, api, 'Tom Becker');
  await student.goto('/settings');
  await press(student, 'Delete my account');
  await write(student.getByLabel(/^Type your name/), 'Tom Becker');
  await student.getByRole('dialog').getByRole('button', { name: 'Delete my account' }).click();
  await expect(student.getByRole('heading', { name: 'Who are you today?' })).toBeVisible();
});

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
}

/** The Wednesday of the next week, as one types it: `02122026`. */
function nextWednesday(): string {
  const day = addDays(mondayOf(new Date().toISOString().slice(0, 10)), 9);
  return day.split('-').reverse().join('');
}

/** Chooses the group of the next week beside a teacher's free times. */
async function chooseGroup(page: Page): Promise<void> {
  await page.goto('/book/daniel');
  await press(page, 'The next week');
  const group = page.locator('.l-slot--group');
  await expect(page.locator('.l-slot').first()).toBeVisible();
  // Where a week is full, a part of the day is shown at a time.
  for (const part of ['Morning', 'Afternoon', 'Evening']) {
    if ((await group.count()) > 0) break;
    await page.getByRole('radio', { name: part }).click();
  }
  await group.click();
}

/** One of somebody's lessons that are over, by its title. */
async function lessonBehind(page: Page, title: string): Promise<string> {
  const lessons = await listed(page, '/api/history');
  const lesson = lessons.find((each) => each.title === title);
  if (!lesson) throw new Error(`Nothing is called ${title}`);
  return lesson.id;
}

/** When somebody's lessons of this title begin, in order: milliseconds of the epoch. */
async function startsOf(page: Page, title: string): Promise<{ id: string; at: number }[]> {
  const lessons = await listed(page, '/api/sessions?limit=100');
  return lessons
    .filter((each) => each.title === title)
    .map(({ id, scheduledAt }) => ({ id, at: Date.parse(scheduledAt) }));
}

interface Listed {
  id: string;
  title: string;
  scheduledAt: string;
}

/** What a list of the API says to whoever is signed in on the page. */
async function listed(page: Page, path: string): Promise<Listed[]> {
  const token = await page.evaluate(() => sessionStorage.getItem('lectern.token'));
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await page.request.get(path, { headers });
  return ((await answer.json()) as { items: Listed[] }).items;
}
