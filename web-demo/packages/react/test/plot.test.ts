import { describe, expect, it } from 'vitest';
import { alone } from '../src/kit/Plot.tsx';

describe('a line', () => {
  it.each([
    [[], []],
    [[null, 4, null], [1]],
    [
      [5, null, 3, 4, null, 0],
      [0, 5],
    ],
    [[1, 2, 3], []],
    [[null, null], []],
  ])('has a dot for what it does not reach: %j', (values, expected) => {
    expect(alone(values)).toEqual(expected);
  });
});
