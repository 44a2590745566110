import { describe, expect, it } from 'vitest';
import {
  addMonths,
  cityOf,
  exists,
  instantOf,
  minutesAhead,
  mondayOf,
  nextClockChange,
  startOfDay,
  startTimes,
  wallClock,
} from '../src/time/zones.ts';

describe('wall clocks', () => {
  it.each([
    ['2026-11-24T09:30:00Z', 'Europe/Berlin', '2026-11-24', '10:30'],
    ['2026-11-24T09:30:00Z', 'Europe/Lisbon', '2026-11-24', '09:30'],
    ['2026-11-24T22:30:00Z', 'Asia/Amman', '2026-11-25', '01:30'],
    ['2026-07-01T03:59:00Z', 'America/New_York', '2026-06-30', '23:59'],
    ['2026-11-24T20:00:00Z', 'Asia/Kathmandu', '2026-11-25', '01:45'],
  ])('%s in %s is %s %s', (instant, zone, date, time) => {
    expect(wallClock(instant, zone)).toEqual({ date, time });
    expect(instantOf({ date, time }, zone)).toBe(instant);
  });

  it('moves a time that the clock skips forward by the gap', () => {
    const skipped = { date: '2027-03-14', time: '02:30' };
    expect(exists(skipped, 'America/New_York')).toBe(false);
    expect(instantOf(skipped, 'America/New_York')).toBe('2027-03-14T07:30:00Z');
  });

  it('takes the earlier of two', () => {
    const twice = { date: '2026-10-25', time: '02:30' };
    expect(exists(twice, 'Europe/Berlin')).toBe(true);
    expect(instantOf(twice, 'Europe/Berlin')).toBe('2026-10-25T00:30:00Z');
  });

  it('starts a day where there is no midnight at its first instant', () => {
    expect(startOfDay('2026-09-06', 'America/Santiago')).toBe('2026-09-06T04:00:00Z');
  });
});

describe('differences', () => {
  it('follows both zones through their changes', () => {
    const ahead = (instant: string) => minutesAhead(instant, 'Europe/Berlin', 'America/New_York');
    expect(ahead('2027-03-01T12:00:00Z')).toBe(-360);
    expect(ahead('2027-03-20T12:00:00Z')).toBe(-300);
    expect(ahead('2027-04-01T12:00:00Z')).toBe(-360);
  });

  it('finds the next change of the clocks', () => {
    expect(nextClockChange('2026-11-24', 'Europe/Berlin')).toBe('2027-03-28');
    expect(nextClockChange('2026-11-24', 'Asia/Tokyo')).toBeNull();
  });
});

describe('start times', () => {
  it('offers every step of the day', () => {
    const starts = startTimes('2026-11-24', 'Europe/Berlin', {
      from: '22:30',
      to: '24:00',
      step: 30,
    });
    expect(starts).toEqual([
      '2026-11-24T21:30:00Z',
      '2026-11-24T22:00:00Z',
      '2026-11-24T22:30:00Z',
    ]);
  });

  it('leaves out what the clock skips', () => {
    const starts = startTimes('2027-03-28', 'Europe/Berlin', {
      from: '01:30',
      to: '03:30',
      step: 30,
    });
    expect(starts).toEqual(['2027-03-28T00:30:00Z', '2027-03-28T01:00:00Z']);
  });
});

describe('dates', () => {
  it('knows the Monday of a week', () => {
    expect(mondayOf('2026-11-24')).toBe('2026-11-23');
    expect(mondayOf('2026-11-29')).toBe('2026-11-23');
    expect(mondayOf('2026-11-30')).toBe('2026-11-30');
  });

  it('keeps within the month', () => {
    expect(addMonths('2027-01-31', 1)).toBe('2027-02-28');
  });

  it('names a zone by its city', () => {
    expect(cityOf('America/Argentina/Buenos_Aires')).toBe('Buenos Aires');
    expect(cityOf('UTC')).toBe('UTC');
  });
});
