import { expect, it } from 'vitest';
import type { Slot } from '../src/generated/protocol.ts';
import { applySlots } from '../src/room/seats.ts';
import { Views } from '../src/room/views.ts';

const camera = (mid: string, participant: string, epoch = 1): Slot => ({
  mid,
  participant,
  source: 'camera',
  epoch,
});

it('tells each slot once', () => {
  const views = new Views();
  const slots = applySlots(new Map(), [camera('8', 'b')]);
  views.want('b', 'camera', 719.6);
  expect(views.take(slots)).toEqual([{ mid: '8', height: 720, paused: false }]);
  expect(views.take(slots)).toEqual([]);
  views.want('b', 'camera', 0);
  expect(views.take(slots)).toEqual([{ mid: '8', height: 0, paused: true }]);
});

it('follows a person to another slot', () => {
  const views = new Views();
  views.want('b', 'camera', 360);
  const before = applySlots(new Map(), [camera('8', 'b')]);
  views.take(before);
  const after = applySlots(before, [camera('8', 'c', 2), camera('9', 'b')]);
  expect(views.take(after)).toEqual([{ mid: '9', height: 360, paused: false }]);
});

it('waits for a person who has no slot yet, and tells a new connection again', () => {
  const views = new Views();
  views.want('b', 'camera', 360);
  expect(views.take(new Map())).toEqual([]);
  const slots = applySlots(new Map(), [camera('8', 'b')]);
  expect(views.take(slots)).toHaveLength(1);
  views.forget();
  expect(views.take(slots)).toHaveLength(1);
});
