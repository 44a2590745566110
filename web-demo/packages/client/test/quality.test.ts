import { expect, it } from 'vitest';
import { levelOf } from '../src/media/meter.ts';
import { type PathSample, qualityOf, since } from '../src/room/quality.ts';

const CLEAR: PathSample = { received: 200, lost: 0, roundTrip: 0.02, jitter: 0.005 };

it.each<[string, Partial<PathSample>, number]>([
  ['clear', {}, 4],
  ['a little loss', { lost: 6 }, 3],
  ['much loss', { lost: 60 }, 1],
  ['a long way', { roundTrip: 0.5 }, 2],
  ['unsteady', { jitter: 0.07 }, 2],
  ['silence', { received: 0 }, 0],
])('judges %s', (_, sample, quality) => {
  expect(qualityOf({ ...CLEAR, ...sample })).toBe(quality);
});

it('counts from the reading before, and never below nothing', () => {
  const now = { received: 30, lost: 4, jitter: 0.01 };
  expect(since({ received: 10, lost: 5, jitter: 0 }, now)).toEqual({
    received: 20,
    lost: 0,
    jitter: 0.01,
  });
  expect(since(undefined, now)).toEqual(now);
});

it('measures a level on a decibel scale', () => {
  expect(levelOf(new Float32Array(8))).toBe(0);
  expect(levelOf(new Float32Array(8).fill(1))).toBe(1);
  expect(levelOf(new Float32Array(8).fill(0.001))).toBeCloseTo(0);
  expect(levelOf(new Float32Array(8).fill(0.0316))).toBeCloseTo(0.5, 2);
});
