import { mkdirSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { type BrowserContext, expect, type Page, type Route, test } from '@playwright/test';
import { typeWhen } from '../support/lesson.ts';
import { type Answers, answer, problem } from './api.ts';
import * as data from './data.ts';
import { misfits } from './layout.ts';
import { ORIGIN } from './origin.ts';
import { fakeMedia, type Pictures, type RoomScene, serveRoom, SHEET } from './room.ts';

const FOLDER = '../screenshots';
/** Pictures are kept when they were asked for; the checks are always made. */
const KEEP = process.env['SCREENSHOTS'] === '1';
if (KEEP) mkdirSync(FOLDER, { recursive: true });

const SIZES = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
} as const;
const LANDSCAPE = { width: 844, height: 390 };

/**
 * One picture: where, with what answers, and what is done before it is taken.
 * All of them are one table, so that a state that is missing is seen.
 */
interface Shot extends Answers {
  name: string;
  path: string;
  signedOut?: boolean;
  /** Takes the whole page, not what fits the window alone. */
  whole?: boolean;
  room?: RoomScene & { refused?: boolean };
  landscape?: boolean;
  rtl?: boolean;
  act?: (page: Page) => Promise<void>;
}

const never = () => new Promise<void>(() => undefined);
const press = (name: string | RegExp) => async (page: Page) =>
  page.getByRole('button', { name }).first().click();
const nothing = (route: Route) => route.fulfill({ json: { items: [], nextCursor: null } });
/** Somebody's who has been rated once in a while. */
const FEW_FIGURES = {
  ...data.FIGURES,
  series: data.FIGURES.series.map((part, n) => ({
    ...part,
    figures: {
      ...part.figures,
      ratings: { ...part.figures.ratings, average: [4, 9, 10].includes(n) ? 5 - (n % 3) : null },
    },
  })),
};
/** Nobody booked anything. */
const NO_FIGURES = { ...data.FIGURES, totals: { ...data.FIGURES.totals, booked: 0 } };
/** Inês offers no small group. */
const NO_GROUPS = { 'GET /api/teachers/ines/lessons': nothing };
const enter = press('Join lesson');
const room = '/lessons/next/room';
const cancelled = {
  ...data.NEXT,
  status: 'cancelled' as const,
  cancelledBy: 'ines',
  cancelReason: 'I have lost my voice. Could we meet on Thursday?',
};
/** The same lesson, already half an hour old, so that the room has a past. */
const running = {
  ...data.NEXT,
  status: 'in-progress' as const,
  scheduledAt: '2026-11-24T08:52:00Z',
  endsAt: '2026-11-24T09:42:00Z',
  joinOpensAt: '2026-11-24T08:37:00Z',
};
const lessons = [running, ...data.COMING.slice(1)];

const SHOTS: Shot[] = [
  { name: 'sign-in', path: '/sign-in', signedOut: true },
  {
    name: 'sign-in-platform',
    path: '/sign-in',
    signedOut: true,
    instead: { 'GET /api/demo/people': (route) => problem(route, 404, 'not_found') },
  },
  {
    name: 'sign-in-platform-known',
    path: '/sign-in',
    signedOut: true,
    instead: {
      'GET /api/demo/people': (route) => problem(route, 404, 'not_found'),
      'GET /api/sign-in': (route) => route.fulfill({ json: { url: 'https://school.example/in' } }),
    },
    act: async (page) => {
      const way = page.getByRole('link', { name: 'Sign in' });
      await expect(way).toHaveAttribute('href', /^https:\/\/school\.example\/in\?returnTo=/);
    },
  },
  {
    name: 'sign-in-used',
    path: `/lessons/${data.COMING[0]?.id}#code=${'0'.repeat(64)}`,
    signedOut: true,
    instead: {
      'GET /api/demo/people': (route) => problem(route, 404, 'not_found'),
      'GET /api/sign-in': (route) => route.fulfill({ json: { url: 'https://school.example/in' } }),
      'POST /api/sign-in': (route) => problem(route, 401, 'unauthenticated'),
    },
    act: async (page) => {
      await expect(page.getByRole('link', { name: 'Sign in again' })).toBeVisible();
      expect(page.url()).not.toContain('code');
    },
  },
  {
    name: 'sign-in-loading',
    path: '/sign-in',
    signedOut: true,
    instead: { 'GET /api/demo/people': never },
  },
  { name: 'today', path: '/', whole: true },
  { name: 'today-rtl', path: '/', whole: true, rtl: true },
  { name: 'today-loading', path: '/', instead: { 'GET /api/sessions': never } },
  { name: 'today-empty', path: '/', lessons: [], history: [] },
  {
    name: 'today-error',
    path: '/',
    instead: { 'GET /api/sessions': (route) => problem(route, 503, 'unavailable') },
  },
  {
    name: 'expired',
    path: '/',
    instead: { 'GET /api/me': (route) => problem(route, 401, 'unauthenticated') },
  },
  { name: 'offline', path: '/', act: async (page) => page.context().setOffline(true) },
  { name: 'calendar', path: '/calendar' },
  { name: 'calendar-teacher', path: '/calendar', as: 'ines' },
  { name: 'calendar-rtl', path: '/calendar', as: 'ines', rtl: true },
  {
    name: 'calendar-subscribe',
    path: '/settings',
    act: press('Subscribe'),
  },
  {
    name: 'calendar-subscribe-made',
    path: '/settings',
    instead: {
      'GET /api/me/calendar-feeds': (route) => route.fulfill({ json: data.NO_FEEDS }),
      'PUT /api/me/calendar-feeds': (route) => route.fulfill({ json: data.FRESH_FEEDS }),
    },
    act: async (page) => {
      await press('Subscribe')(page);
      await press('Make an address')(page);
      await expect(page.getByLabel('The address')).toHaveValue(/\.ics$/);
    },
  },
  { name: 'calendar-day', path: '/calendar', act: (page) => view(page, 'Day') },
  { name: 'calendar-month', path: '/calendar', act: (page) => view(page, 'Month') },
  {
    name: 'calendar-error',
    path: '/calendar',
    instead: { 'GET /api/sessions': (route) => problem(route, 500, 'unavailable') },
  },
  { name: 'calendar-loading', path: '/calendar', instead: { 'GET /api/sessions': never } },
  { name: 'calendar-empty', path: '/calendar', lessons: [] },
  { name: 'teachers', path: '/book' },
  { name: 'teachers-loading', path: '/book', instead: { 'GET /api/teachers': never } },
  {
    name: 'teachers-error',
    path: '/book',
    instead: { 'GET /api/teachers': (route) => problem(route, 500, 'unavailable') },
  },
  {
    name: 'teachers-empty',
    path: '/book',
    instead: { 'GET /api/teachers': (route) => route.fulfill({ json: { items: [] } }) },
  },
  { name: 'book', path: '/book/ines', whole: true },
  { name: 'book-chosen', path: '/book/ines', whole: true, act: choose },
  {
    name: 'book-weekly',
    path: '/book/ines',
    whole: true,
    act: async (page) => {
      await choose(page);
      await continueOnPhone(page);
      await page.getByText('Every week').click();
      await expect(page.getByRole('button', { name: 'Book 6 lessons' })).toBeVisible();
    },
  },
  { name: 'book-crowded', path: '/book/ines', act: press('The next week') },
  {
    name: 'book-later',
    path: '/book/ines',
    instead: { 'GET /api/teachers/ines/slots': onlyLater, ...NO_GROUPS },
    act: async (page) => {
      await expect(page.getByText('Go to Mon 30 Nov, 08:00')).toBeVisible();
    },
  },
  {
    name: 'book-nothing',
    path: '/book/ines',
    instead: {
      'GET /api/teachers/ines/slots': (route) =>
        route.fulfill({ json: { timeZone: 'Europe/Berlin', slots: [] } }),
      ...NO_GROUPS,
    },
  },
  { name: 'book-loading', path: '/book/ines', instead: { 'GET /api/teachers/ines/slots': never } },
  {
    name: 'book-error',
    path: '/book/ines',
    instead: { 'GET /api/teachers/ines/slots': (route) => problem(route, 500, 'unavailable') },
  },
  {
    name: 'book-group',
    path: '/book/ines',
    act: async (page) => {
      const day = page.getByRole('button', { name: /^Friday 27 November/ });
      if (onPhone(page)) await day.click();
      await page.locator('.l-slot--group').click();
      await continueOnPhone(page);
      await expect(page.getByRole('button', { name: 'Take a seat' })).toBeVisible();
    },
  },
  {
    name: 'book-series-taken',
    path: '/book/ines',
    instead: {
      'POST /api/sessions': (route) =>
        problem(route, 409, 'slot_taken', { starts: ['2026-12-10T17:00:00Z'] }),
    },
    act: async (page) => {
      await choose(page);
      await continueOnPhone(page);
      await page.getByLabel('What should the lesson be about?').fill('Telling a story');
      await page.getByText('Every week').click();
      await page.getByRole('button', { name: 'Book 6 lessons' }).click();
      await expect(page.getByText('Not every week is free.')).toBeVisible();
    },
  },
  {
    name: 'book-run-out',
    path: '/book/ines',
    instead: {
      'POST /api/holds': (route) =>
        route.fulfill({ status: 201, json: { id: 'hold', expiresAt: data.NOW } }),
    },
    act: async (page) => {
      await choose(page);
      await continueOnPhone(page);
      await expect(page.getByText('No longer kept for you.')).toBeVisible();
    },
  },
  {
    name: 'book-taken',
    path: '/book/ines',
    instead: { 'POST /api/sessions': (route) => problem(route, 409, 'slot_taken') },
    act: async (page) => {
      await choose(page);
      await continueOnPhone(page);
      await page.getByLabel('What should the lesson be about?').fill('Telling a story');
      await page.getByRole('button', { name: 'Book lesson' }).click();
      await expect(page.getByText('Someone was quicker.')).toBeVisible();
    },
  },
  { name: 'hours', path: '/hours', as: 'ines', whole: true },
  {
    name: 'hours-changed',
    path: '/hours',
    as: 'ines',
    whole: true,
    act: async (page) => {
      await page.getByText('Saturday', { exact: true }).click();
      await page.getByRole('button', { name: 'Add time away' }).click();
      await page.getByLabel(/^Why/).last().fill('A course in Porto');
      await expect(page.getByText('Not saved yet.')).toBeVisible();
    },
  },
  {
    name: 'hours-wrong',
    path: '/hours',
    as: 'ines',
    act: async (page) => {
      const to = page.getByRole('group', { name: 'Monday, to' }).first();
      await to.getByRole('spinbutton', { name: /^hour/ }).focus();
      await page.keyboard.type('08');
      await expect(page.getByText('It should end after it begins.')).toBeVisible();
      await expect(page.getByRole('button', { name: 'Save hours' })).toBeDisabled();
    },
  },
  {
    name: 'hours-refused',
    path: '/hours',
    as: 'ines',
    instead: { 'PUT /api/me/policy': (route) => problem(route, 412, 'version_conflict') },
    act: async (page) => {
      await page.getByText('Students ask before they move a lesson').click();
      await page.getByRole('button', { name: 'Save hours' }).click();
      await expect(page.getByText('It is not saved.')).toBeVisible();
    },
  },
  {
    name: 'hours-unset',
    path: '/hours',
    as: 'daniel',
    instead: {
      'GET /api/me/availability': (route) =>
        route.fulfill({
          headers: { ETag: '"0"' },
          json: { ...data.NO_HOURS, timeZone: 'Europe/London' },
        }),
    },
  },
  {
    name: 'hours-loading',
    path: '/hours',
    as: 'ines',
    instead: { 'GET /api/me/availability': never },
  },
  {
    name: 'hours-error',
    path: '/hours',
    as: 'ines',
    instead: { 'GET /api/me/availability': (route) => problem(route, 500, 'unavailable') },
  },
  { name: 'groups', path: '/groups', as: 'ines' },
  { name: 'groups-rtl', path: '/groups', as: 'ines', rtl: true },
  { name: 'groups-empty', path: '/groups', as: 'daniel' },
  { name: 'groups-student', path: '/groups' },
  {
    name: 'groups-loading',
    path: '/groups',
    as: 'ines',
    instead: { 'GET /api/teachers/ines/lessons': never },
  },
  {
    name: 'groups-error',
    path: '/groups',
    as: 'ines',
    instead: { 'GET /api/teachers/ines/lessons': (route) => problem(route, 500, 'unavailable') },
  },
  {
    name: 'groups-offer',
    path: '/groups?do=offer',
    as: 'ines',
    act: async (page) => {
      await page.getByLabel('What it is about').fill('Small group: cafés');
      await page.getByText('Every week').click();
      await expect(page.getByRole('button', { name: 'Offer 6 lessons' })).toBeVisible();
    },
  },
  {
    name: 'groups-offer-taken',
    path: '/groups?do=offer',
    as: 'ines',
    instead: { 'POST /api/sessions': (route) => problem(route, 409, 'slot_taken') },
    act: async (page) => {
      await page.getByLabel('What it is about').fill('Small group: cafés');
      await press('Offer it')(page);
      await expect(page.getByText('You have another lesson then.')).toBeVisible();
    },
  },
  { name: 'settings', path: '/settings', as: 'ines', whole: true },
  { name: 'settings-student', path: '/settings' },
  { name: 'settings-rtl', path: '/settings', as: 'ines', whole: true, rtl: true },
  {
    name: 'settings-empty',
    path: '/settings',
    as: 'ines',
    instead: {
      'GET /api/me/calendar-feeds': (route) => route.fulfill({ json: data.NO_FEEDS }),
    },
    act: async (page) => {
      await page.getByLabel('Address of the calendar').fill('http://example.org/mine.ics');
      await press('Add calendar')(page);
      await expect(page.getByText('It should begin with https://')).toBeVisible();
    },
  },
  {
    name: 'settings-loading',
    path: '/settings',
    as: 'ines',
    instead: { 'GET /api/me/calendar-feeds': never },
  },
  {
    name: 'settings-error',
    path: '/settings',
    as: 'ines',
    instead: { 'GET /api/me/calendar-feeds': (route) => problem(route, 500, 'unavailable') },
  },
  {
    name: 'settings-refused',
    path: '/settings',
    as: 'ines',
    instead: {
      'PUT /api/me/calendar-feeds': (route) =>
        problem(route, 422, 'validation_failed', {
          errors: [{ pointer: '/busy/3/url', detail: 'an address of this network is not read' }],
        }),
    },
    act: async (page) => {
      await page.getByLabel('Address of the calendar').fill('https://10.0.0.1/mine.ics');
      await press('Add calendar')(page);
      await expect(page.getByText('Nothing is changed.')).toBeVisible();
    },
  },
  {
    name: 'settings-leave',
    path: '/settings',
    act: async (page) => {
      await press('Delete my account')(page);
      await page.getByLabel(/^Type your name/).fill('Jonas');
      await page.getByRole('dialog').getByRole('button', { name: 'Delete my account' }).click();
      await expect(page.getByText('That is not your name')).toBeVisible();
    },
  },
  { name: 'lesson', path: '/lessons/next', whole: true },
  { name: 'lesson-loading', path: '/lessons/next', instead: { 'GET /api/sessions/next': never } },
  {
    name: 'lesson-error',
    path: '/lessons/next',
    instead: { 'GET /api/sessions/next': (route) => problem(route, 500, 'unavailable') },
  },
  { name: 'lesson-waiting', path: '/lessons/story' },
  { name: 'lesson-request', path: '/lessons/story', as: 'ines' },
  { name: 'lesson-request-series', path: '/lessons/stories', as: 'ines', lessons: [data.ASKED] },
  {
    name: 'lesson-decline',
    path: '/lessons/story',
    as: 'ines',
    act: async (page) => {
      await press('Decline')(page);
      await page.getByLabel(/^A word to Jonas/).fill('I teach another course then. Friday?');
    },
  },
  {
    name: 'lesson-confirm-taken',
    path: '/lessons/story',
    as: 'ines',
    instead: {
      'POST /api/sessions/story/confirm': (route) => problem(route, 409, 'slot_taken'),
    },
    act: async (page) => {
      await press('Confirm')(page);
      await expect(page.getByText('It is not confirmed.')).toBeVisible();
    },
  },
  { name: 'lesson-proposed', path: '/lessons/optics', lessons: [data.PROPOSED] },
  { name: 'lesson-proposing', path: '/lessons/optics', as: 'daniel', lessons: [data.PROPOSED] },
  {
    name: 'lesson-proposed-series',
    path: '/lessons/weekly',
    lessons: [data.PROPOSED_SERIES],
    instead: {
      'POST /api/sessions/weekly/proposals/p2/accept': (route) =>
        problem(route, 409, 'slot_taken', { starts: ['2026-12-16T17:00:00Z'] }),
    },
    act: async (page) => {
      await press('Move them')(page);
      await expect(page.getByText('another lesson by now on Wed 16 Dec')).toBeVisible();
    },
  },
  {
    name: 'lesson-proposing-series',
    path: '/lessons/weekly',
    as: 'ines',
    lessons: [data.PROPOSED_SERIES],
  },
  {
    name: 'lesson-consent',
    path: '/lessons/waves?do=edit',
    instead: { 'PUT /api/sessions/waves': (route) => problem(route, 409, 'consent_required') },
    act: async (page) => {
      await typeWhen(page, '27112026', '1630');
      await page.getByRole('button', { name: 'Move lesson' }).click();
      await expect(page.getByRole('button', { name: 'Ask Daniel' })).toBeVisible();
    },
  },
  { name: 'lesson-series', path: '/lessons/weekly?do=cancel' },
  { name: 'lesson-weekly', path: '/lessons/weekly' },
  { name: 'lesson-group', path: '/lessons/group' },
  {
    name: 'lesson-group-over',
    path: '/lessons/group-over',
    lessons: [data.GROUP_OVER],
    whole: true,
  },
  { name: 'lesson-over', path: '/lessons/market', whole: true },
  { name: 'lesson-edit', path: '/lessons/waves?do=edit' },
  { name: 'lesson-cancel', path: '/lessons/waves?do=cancel' },
  {
    name: 'lesson-undo',
    path: '/lessons/waves?do=edit',
    instead: { 'PUT /api/sessions/waves': (route) => moved(route) },
    act: async (page) => {
      await typeWhen(page, '27112026', '1630');
      await page.getByRole('button', { name: 'Move lesson' }).click();
      await expect(page.getByText('Lesson moved to Fri 27 Nov, 16:30')).toBeVisible();
    },
  },
  {
    name: 'lesson-conflict',
    path: '/lessons/waves?do=edit',
    instead: { 'PUT /api/sessions/waves': (route) => problem(route, 412, 'version_conflict') },
    act: async (page) => {
      await page.getByLabel('What it is about').fill('Waves on a string');
      await page.getByRole('button', { name: 'Save' }).click();
      await expect(page.getByText('a moment ago')).toBeVisible();
    },
  },
  {
    name: 'lesson-forbidden',
    path: '/lessons/other',
    instead: { 'GET /api/sessions/other': (route) => problem(route, 403, 'not_participant') },
  },
  { name: 'lesson-missing', path: '/lessons/nothing' },
  { name: 'history', path: '/history', whole: true, act: press(/What happened in Vocabulary/) },
  { name: 'history-empty', path: '/history', history: [] },
  { name: 'history-loading', path: '/history', instead: { 'GET /api/history': never } },
  {
    name: 'history-error',
    path: '/history',
    instead: { 'GET /api/history': (route) => problem(route, 500, 'unavailable') },
  },
  {
    name: 'review',
    path: '/history',
    act: async (page) => {
      await page.getByRole('button', { name: 'Review' }).first().click();
      await page.getByRole('radio', { name: '4, good' }).press('Space');
      await page.getByRole('button', { name: 'Clear' }).click();
      await page.getByRole('button', { name: 'Patient' }).click();
      await page
        .getByLabel('What should other students know?')
        .fill('He draws everything twice, and the second time I draw it. That is when it stays.');
    },
  },
  { name: 'reviews', path: '/reviews', as: 'ines' },
  {
    name: 'reviews-reply',
    path: '/reviews',
    as: 'ines',
    act: async (page) => {
      await press('Reply')(page);
      await page.getByLabel('What would you like to say?').fill('Thank you, Mira.');
    },
  },
  {
    name: 'reviews-empty',
    path: '/reviews',
    as: 'ines',
    instead: {
      'GET /api/reviews/ines': (route) =>
        route.fulfill({
          json: {
            items: [],
            nextCursor: null,
            average: null,
            count: 0,
            histogram: [0, 0, 0, 0, 0],
          },
        }),
    },
  },
  {
    name: 'reviews-loading',
    path: '/reviews',
    as: 'ines',
    instead: { 'GET /api/reviews/ines': never },
  },
  {
    name: 'reviews-error',
    path: '/reviews',
    as: 'ines',
    instead: { 'GET /api/reviews/ines': (route) => problem(route, 500, 'unavailable') },
  },
  { name: 'lesson-dispute', path: '/lessons/market?do=dispute' },
  { name: 'notices', path: '/notices' },
  { name: 'notices-loading', path: '/notices', instead: { 'GET /api/notifications': never } },
  {
    name: 'notices-error',
    path: '/notices',
    instead: { 'GET /api/notifications': (route) => problem(route, 500, 'unavailable') },
  },
  {
    name: 'notices-empty',
    path: '/notices',
    instead: {
      'GET /api/notifications': (route) =>
        route.fulfill({ json: { items: [], nextCursor: null, unread: 0 } }),
    },
  },
  { name: 'figures', path: '/figures', whole: true },
  {
    name: 'figures-few',
    path: '/figures',
    whole: true,
    instead: { 'GET /api/analytics': (route) => route.fulfill({ json: FEW_FIGURES }) },
  },
  {
    name: 'figures-table',
    path: '/figures',
    whole: true,
    act: press('How lessons ended as a table'),
  },
  {
    name: 'figures-empty',
    path: '/figures',
    instead: {
      'GET /api/analytics': (route) => route.fulfill({ json: NO_FIGURES }),
    },
  },
  { name: 'figures-loading', path: '/figures', instead: { 'GET /api/analytics': never } },
  {
    name: 'figures-error',
    path: '/figures',
    instead: { 'GET /api/analytics': (route) => problem(route, 500, 'unavailable') },
  },
  { name: 'admin-overview', path: '/admin', as: 'ada', whole: true },
  {
    name: 'admin-overview-pointed',
    path: '/admin',
    as: 'ada',
    act: async (page) => {
      const plot = page.locator('.l-plot-box .u-over').first();
      await plot.hover({ position: { x: 200, y: 60 } });
      await expect(page.locator('.l-plot-tip')).toBeVisible();
    },
  },
  {
    name: 'admin-overview-loading',
    path: '/admin',
    as: 'ada',
    instead: { 'GET /api/admin/analytics': never },
  },
  {
    name: 'admin-overview-error',
    path: '/admin',
    as: 'ada',
    instead: { 'GET /api/admin/analytics': (route) => problem(route, 500, 'unavailable') },
  },
  {
    name: 'admin-overview-empty',
    path: '/admin',
    as: 'ada',
    instead: { 'GET /api/admin/analytics': (route) => route.fulfill({ json: NO_FIGURES }) },
  },
  { name: 'admin-lessons', path: '/admin/lessons', as: 'ada' },
  { name: 'admin-lessons-rtl', path: '/admin/lessons', as: 'ada', rtl: true },
  {
    name: 'admin-lessons-empty',
    path: '/admin/lessons',
    as: 'ada',
    lessons: [],
  },
  {
    name: 'admin-lessons-loading',
    path: '/admin/lessons',
    as: 'ada',
    instead: { 'GET /api/admin/sessions': never },
  },
  {
    name: 'admin-lessons-error',
    path: '/admin/lessons',
    as: 'ada',
    instead: { 'GET /api/admin/sessions': (route) => problem(route, 500, 'unavailable') },
  },
  { name: 'admin-lessons-filtered', path: '/admin/lessons', as: 'ada', act: filterCancelled },
  { name: 'admin-people', path: '/admin/people', as: 'ada' },
  { name: 'admin-person', path: '/admin/people/ines', as: 'ada', whole: true },
  { name: 'admin-person-missing', path: '/admin/people/nobody', as: 'ada' },
  {
    name: 'admin-person-loading',
    path: '/admin/people/ines',
    as: 'ada',
    instead: { 'GET /api/users/ines': never },
  },
  { name: 'admin-record', path: '/admin/record', as: 'ada' },
  { name: 'admin-record-rtl', path: '/admin/record', as: 'ada', rtl: true },
  {
    name: 'admin-record-of',
    path: '/admin/record',
    as: 'ada',
    act: (page) => page.getByRole('searchbox').fill('daniel'),
  },
  {
    name: 'admin-record-empty',
    path: '/admin/record',
    as: 'ada',
    instead: { 'GET /api/admin/audit': nothing },
  },
  {
    name: 'admin-record-loading',
    path: '/admin/record',
    as: 'ada',
    instead: { 'GET /api/admin/audit': never },
  },
  {
    name: 'admin-record-error',
    path: '/admin/record',
    as: 'ada',
    instead: { 'GET /api/admin/audit': (route) => problem(route, 500, 'unavailable') },
  },
  { name: 'admin-people-rtl', path: '/admin/people', as: 'ada', rtl: true },
  {
    name: 'admin-people-empty',
    path: '/admin/people',
    as: 'ada',
    act: async (page) => {
      await page.getByLabel('Search people').fill('Nobody');
      await expect(page.getByText('Nobody is called that')).toBeVisible();
    },
  },
  {
    name: 'admin-people-loading',
    path: '/admin/people',
    as: 'ada',
    instead: { 'GET /api/users': never },
  },
  {
    name: 'admin-people-error',
    path: '/admin/people',
    as: 'ada',
    instead: { 'GET /api/users': (route) => problem(route, 500, 'unavailable') },
  },
  {
    name: 'admin-people-erase',
    path: '/admin/people',
    as: 'ada',
    act: async (page) => {
      await press('Erase Tom Becker')(page);
      await page.getByLabel('Type their id, tom').fill('tim');
      await press('Erase for good')(page);
      await expect(page.getByText('That is not their id.')).toBeVisible();
    },
  },
  {
    name: 'admin-people-busy',
    path: '/admin/people',
    as: 'ada',
    instead: { 'DELETE /api/users/tom': (route) => problem(route, 409, 'in_lesson') },
    act: async (page) => {
      await press('Erase Tom Becker')(page);
      await page.getByLabel('Type their id, tom').fill('tom');
      await press('Erase for good')(page);
      await expect(page.getByText('Ask again when it is over.')).toBeVisible();
    },
  },
  { name: 'admin-reviews', path: '/admin/reviews', as: 'ada' },
  {
    name: 'admin-reviews-hide',
    path: '/admin/reviews',
    as: 'ada',
    act: async (page) => {
      await press('Take out of view')(page);
      await page.getByLabel('Why').fill('It is about another lesson.');
    },
  },
  {
    name: 'admin-reviews-empty',
    path: '/admin/reviews',
    as: 'ada',
    instead: { 'GET /api/admin/reviews': nothing },
  },
  {
    name: 'admin-reviews-loading',
    path: '/admin/reviews',
    as: 'ada',
    instead: { 'GET /api/admin/reviews': never },
  },
  {
    name: 'admin-reviews-error',
    path: '/admin/reviews',
    as: 'ada',
    instead: { 'GET /api/admin/reviews': (route) => problem(route, 500, 'unavailable') },
  },
  { name: 'admin-disputes', path: '/admin/disputes', as: 'ada' },
  {
    name: 'admin-disputes-empty',
    path: '/admin/disputes',
    as: 'ada',
    instead: { 'GET /api/admin/disputes': nothing },
  },
  {
    name: 'admin-disputes-loading',
    path: '/admin/disputes',
    as: 'ada',
    instead: { 'GET /api/admin/disputes': never },
  },
  {
    name: 'admin-disputes-error',
    path: '/admin/disputes',
    as: 'ada',
    instead: { 'GET /api/admin/disputes': (route) => problem(route, 500, 'unavailable') },
  },
  {
    name: 'admin-dispute',
    path: '/admin/disputes/d1',
    as: 'ada',
    whole: true,
    act: async (page) => {
      await page.getByRole('radio', { name: /^It does not count/ }).press('Space');
      await page
        .getByLabel('A word to both')
        .fill('The room shows a lost connection, not a departure. Please find a new time.');
    },
  },
  { name: 'admin-dispute-rtl', path: '/admin/disputes/d1', as: 'ada', whole: true, rtl: true },
  {
    name: 'admin-dispute-loading',
    path: '/admin/disputes/d1',
    as: 'ada',
    instead: { 'GET /api/admin/disputes/d1': never },
  },
  {
    name: 'admin-dispute-error',
    path: '/admin/disputes/d1',
    as: 'ada',
    instead: { 'GET /api/admin/disputes/d1': (route) => problem(route, 500, 'unavailable') },
  },
  {
    name: 'admin-dispute-unsaid',
    path: '/admin/disputes/d1',
    as: 'ada',
    act: async (page) => {
      await press('Decide and tell both')(page);
      await expect(page.getByText('Choose what it is to count as.')).toBeVisible();
    },
  },
  { name: 'admin-rooms', path: '/admin/rooms', as: 'ada' },
  {
    name: 'admin-rooms-empty',
    path: '/admin/rooms',
    as: 'ada',
    instead: { 'GET /api/admin/rooms': nothing },
  },
  {
    name: 'admin-rooms-loading',
    path: '/admin/rooms',
    as: 'ada',
    instead: { 'GET /api/admin/rooms': never },
  },
  {
    name: 'admin-rooms-error',
    path: '/admin/rooms',
    as: 'ada',
    instead: { 'GET /api/admin/rooms': (route) => problem(route, 500, 'internal') },
  },
  { name: 'admin-keys', path: '/admin/keys', as: 'ada' },
  {
    name: 'admin-keys-new',
    path: '/admin/keys',
    as: 'ada',
    act: async (page) => {
      await press('New key')(page);
      await page.getByLabel('What it is for').fill('The mail server');
      await page.getByText('Read everybody’s lessons').click();
    },
  },
  {
    name: 'admin-keys-made',
    path: '/admin/keys',
    as: 'ada',
    instead: {
      'POST /api/admin/api-keys': (route) =>
        route.fulfill({
          status: 201,
          json: { ...data.KEYS[0], key: `lk_${'0a1b2c3d'.repeat(12)}` },
        }),
    },
    act: async (page) => {
      await press('New key')(page);
      await page.getByLabel('What it is for').fill('The mail server');
      await page.getByText('Read everybody’s lessons').click();
      await press('Make key')(page);
      await expect(page.getByText('Copy it now.')).toBeVisible();
    },
  },
  {
    name: 'admin-keys-empty',
    path: '/admin/keys',
    as: 'ada',
    instead: { 'GET /api/admin/api-keys': nothing },
  },
  {
    name: 'admin-keys-loading',
    path: '/admin/keys',
    as: 'ada',
    instead: { 'GET /api/admin/api-keys': never },
  },
  {
    name: 'admin-keys-error',
    path: '/admin/keys',
    as: 'ada',
    instead: { 'GET /api/admin/api-keys': (route) => problem(route, 500, 'unavailable') },
  },
  { name: 'admin-forbidden', path: '/admin/lessons' },
  { name: 'not-found', path: '/nowhere' },
  { name: 'prejoin', path: room, room: {} },
  { name: 'prejoin-refused', path: room, room: { refused: true } },
  { name: 'too-early', path: '/lessons/waves/room' },
  { name: 'cancelled', path: room, lessons: [cancelled] },
  { name: 'room', path: room, room: {}, lessons, act: enter },
  { name: 'room-landscape', path: room, room: {}, lessons, landscape: true, act: enter },
  {
    name: 'room-chat',
    path: room,
    room: { chat: true },
    lessons,
    act: async (page) => {
      await enter(page);
      await page.getByRole('button', { name: /^Chat, 2 new/ }).click();
    },
  },
  { name: 'room-screen', path: room, room: { screen: true }, lessons, act: enter },
  {
    name: 'room-screen-landscape',
    path: room,
    room: { screen: true },
    lessons,
    landscape: true,
    act: enter,
  },
  { name: 'room-waiting', path: room, room: { others: 'nobody' }, lessons, act: enter },
  {
    name: 'room-reconnecting',
    path: room,
    room: { lost: true },
    lessons,
    act: async (page) => {
      await enter(page);
      await expect(page.getByText('Reconnecting you')).toBeVisible();
    },
  },
  { name: 'room-ended', path: room, room: { closed: 'ended' }, lessons, act: enter },
  { name: 'room-replaced', path: room, room: { closed: 'replaced' }, lessons, act: enter },
];

let pictures: Pictures;

test.beforeAll(async ({ browser }) => {
  const page = await browser.newPage();
  await answer(page, {});
  await page.goto(`${ORIGIN}/sign-in`);
  await page.locator('.door-faces svg').first().waitFor();
  const [ines, jonas] = await page.locator('.door-faces svg').evaluateAll((faces) =>
    faces.map((face) => {
      face.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
      face.setAttribute('width', '1280');
      face.setAttribute('height', '800');
      return face.outerHTML;
    }),
  );
  pictures = { ines: ines ?? '', jonas: jonas ?? '', screen: SHEET };
  await page.close();
});

for (const shot of SHOTS) {
  for (const size of ['desktop', 'phone'] as const) {
    for (const theme of ['light', 'dark'] as const) {
      if (!KEEP && (size === 'desktop') !== (theme === 'light')) continue;
      if (shot.landscape && size === 'desktop') continue;
      test(`${shot.name} ${size} ${theme}`, async ({ browser }) => {
        await take(await browser.newContext(contextOf(shot, size, theme)), shot, size, theme);
      });
    }
  }
}

function contextOf(shot: Shot, size: keyof typeof SIZES, theme: 'light' | 'dark') {
  return {
    baseURL: ORIGIN,
    viewport: shot.landscape ? LANDSCAPE : SIZES[size],
    hasTouch: size === 'phone',
    isMobile: size === 'phone',
    deviceScaleFactor: size === 'phone' ? 1.5 : 1,
    colorScheme: theme,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce' as const,
    bypassCSP: shot.room !== undefined,
  };
}

async function take(context: BrowserContext, shot: Shot, size: keyof typeof SIZES, theme: string) {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy|Warning:/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.clock.setFixedTime(new Date(data.NOW));
  if (!shot.signedOut) await page.addInitScript(() => sessionStorage.setItem('lectern.token', 't'));
  if (shot.rtl) {
    await page.addInitScript(() => {
      addEventListener('DOMContentLoaded', () => (document.documentElement.dir = 'rtl'));
    });
  }
  if (shot.room) {
    await page.addInitScript(fakeMedia, { ...pictures, refused: shot.room.refused ?? false });
    await serveRoom(page, shot.room);
  }
  await answer(page, shot);
  await page.goto(shot.path);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(shot.room ? 900 : 400);
  await shot.act?.(page);
  await page.waitForTimeout(shot.room ? 1800 : shot.name.endsWith('error') ? 1500 : 300);
  const path = `${FOLDER}/${shot.name}-${shot.landscape ? 'landscape' : size}-${theme}.png`;
  if (shot.whole) {
    // The window grows to the page, so that what is docked below stays below.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ ...SIZES[size], height: Math.max(height, SIZES[size].height) });
    await page.waitForTimeout(200);
  }
  await still(page);
  if (KEEP) await page.screenshot({ path });
  const { violations } = await new AxeBuilder({ page }).analyze();
  for (const { id, nodes } of violations) {
    complaints.push(...nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
  }
  complaints.push(...(await misfits(page)));
  await context.close();
  expect(complaints).toEqual([]);
}

/**
 * Waits until nothing moves that will come to rest, and until a dialog that is
 * there is seen: a sheet on its way, or over a page that has not yet its height,
 * is not yet a dialog to those who look.
 */
async function still(page: Page) {
  await page.evaluate(async () => {
    const ends = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ends.map(({ finished }) => finished));
  });
  await page.waitForFunction(() => {
    const whole = document.documentElement.getBoundingClientRect();
    return [...document.querySelectorAll('[role=dialog]')].every(
      (dialog) =>
        dialog.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
        dialog.getBoundingClientRect().top < whole.bottom,
    );
  });
}

/** Answers as the server does, after a look at what was asked. */
async function moved(route: Route): Promise<void> {
  expect(route.request().headers()['if-match']).toBe('"1"');
  expect(route.request().postDataJSON()).toEqual({ scheduledAt: '2026-11-27T15:30:00Z' });
  await route.fulfill({ json: { ...data.COMING[1], scheduledAt: '2026-11-27T15:30:00Z' } });
}

/** Phones have one view alone. */
async function view(page: Page, name: string): Promise<void> {
  if (!onPhone(page)) await page.getByRole('radio', { name }).click();
}

/** By the window, and not by what it shows so far: that may still be loading. */
function onPhone(page: Page): boolean {
  return page.viewportSize()?.width === SIZES.phone.width;
}

async function choose(page: Page): Promise<void> {
  const day = page.getByRole('button', { name: /^Thursday 26 November/ });
  if (onPhone(page)) await day.click();
  await page.locator('.l-slot', { hasText: '18:00' }).first().click();
}

/** Nothing is free before the second week. */
async function onlyLater(route: Route): Promise<void> {
  const query = new URL(route.request().url()).searchParams;
  const to = query.get('to') ?? '';
  const slots = to > '2026-11-30' ? data.freeTimes('2026-11-30', to, 50) : [];
  await route.fulfill({ json: { timeZone: 'Europe/Berlin', slots } });
}

async function continueOnPhone(page: Page): Promise<void> {
  if (onPhone(page)) await page.getByRole('button', { name: 'Continue' }).click();
}

async function filterCancelled(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /Status/ })
    .first()
    .click();
  await page.getByRole('option', { name: 'Cancelled' }).click();
}
