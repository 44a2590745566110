import type { Availability } from '@lectern/client';
import { expect, test } from 'vitest';
import { closedHours } from '../src/parts/calendar/closed.ts';

const HOURS: Availability = {
  version: 1,
  timeZone: 'Europe/Lisbon',
  weekly: [
    { day: 'tuesday', from: '09:00', to: '12:00' },
    { day: 'tuesday', from: '14:00', to: '18:00' },
    { day: 'wednesday', from: '20:00', to: '24:00' },
  ],
  exceptions: [],
  outOfOffice: [{ from: '2026-12-01', to: '2026-12-01', note: '' }],
};

function check(from: string, to: string, zone: string, expected: [string, string][]) {
  const closed = closedHours(HOURS, from, to, zone);
  expect(closed.map(({ start, end }) => [start.slice(5, 16), end.slice(5, 16)])).toEqual(expected);
}

test('a day is closed around its hours, and a day without any is closed whole', () => {
  check('2026-11-23', '2026-11-25', 'Europe/Lisbon', [
    ['11-23T00:00', '11-24T00:00'],
    ['11-24T00:00', '11-24T09:00'],
    ['11-24T12:00', '11-24T14:00'],
    ['11-24T18:00', '11-25T00:00'],
  ]);
});

test('hours are meant on the clock of their own zone', () => {
  check('2026-11-24', '2026-11-25', 'Europe/Berlin', [
    ['11-24T00:00', '11-24T10:00'],
    ['11-24T13:00', '11-24T15:00'],
    ['11-24T19:00', '11-25T00:00'],
  ]);
  check('2026-11-26', '2026-11-27', 'Europe/Berlin', [['11-26T01:00', '11-27T00:00']]);
});

test('a day away is closed whole', () => {
  check('2026-12-01', '2026-12-02', 'Europe/Lisbon', [['12-01T00:00', '12-02T00:00']]);
});
