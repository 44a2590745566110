import { describe, expect, it } from 'vitest';
import type { Slot } from '../src/generated/protocol.ts';
import { applySlots, type ReceiveSection, seatsOf, sectionOf } from '../src/room/seats.ts';

const audio = (mid: string): ReceiveSection => ({ mid, kind: 'audio' });
const video = (mid: string): ReceiveSection => ({ mid, kind: 'video' });
const slot = (mid: string, participant: string | null, epoch: number): Slot => ({
  mid,
  participant,
  source: participant ? 'camera' : null,
  epoch,
});

describe('seats', () => {
  it('pairs the nth audio with the nth video', () => {
    const sections = [audio('4'), audio('5'), video('6'), video('7')];
    expect(seatsOf(sections)).toEqual([
      { audio: '4', video: '6' },
      { audio: '5', video: '7' },
    ]);
  });

  it('leaves a section without a partner out', () => {
    expect(seatsOf([audio('4'), audio('5'), video('6')])).toEqual([{ audio: '4', video: '6' }]);
    expect(seatsOf([])).toEqual([]);
  });
});

describe('slots', () => {
  it('changes what a message names and keeps the rest', () => {
    const before = applySlots(new Map(), [slot('6', 'b', 1), slot('7', 'c', 1)]);
    const after = applySlots(before, [slot('6', null, 2)]);
    expect(sectionOf(after, 'b', 'camera')).toBeNull();
    expect(sectionOf(after, 'c', 'camera')).toBe('7');
    expect(sectionOf(before, 'b', 'camera')).toBe('6');
  });

  it('passes an older word over', () => {
    const slots = applySlots(applySlots(new Map(), [slot('6', 'b', 3)]), [slot('6', 'c', 2)]);
    expect(slots.get('6')?.participant).toBe('b');
  });

  it('tells sources of one person apart', () => {
    const screen: Slot = { mid: '7', participant: 'b', source: 'screen', epoch: 1 };
    const slots = applySlots(new Map(), [slot('6', 'b', 1), screen]);
    expect(sectionOf(slots, 'b', 'screen')).toBe('7');
    expect(sectionOf(slots, 'b', 'screenAudio')).toBeNull();
  });
});
