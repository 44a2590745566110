import { describe, expect, it } from 'vitest';
import type { RosterEntry, ServerMessage } from '../src/generated/protocol.ts';
import { EMPTY_ROSTER, nextRoster } from '../src/room/roster.ts';

const entry = (participant: string, hand = false): RosterEntry => ({
  participant,
  user: `user ${participant}`,
  name: participant,
  role: 'student',
  sources: [],
  hand,
});

const after = (...messages: ServerMessage[]) => messages.reduce(nextRoster, EMPTY_ROSTER);

const JOINED: ServerMessage = {
  type: 'joined',
  participant: 'a',
  answer: '',
  roster: [entry('a'), entry('b')],
  slots: [{ mid: '4', participant: 'b', source: 'microphone', epoch: 1 }],
  resume: '',
  chat: [],
  endsAt: '',
};

describe('the roster', () => {
  it('is what joined says', () => {
    const roster = after(JOINED);
    expect(roster.me).toBe('a');
    expect([...roster.entries.keys()]).toEqual(['a', 'b']);
    expect(roster.slots.get('4')?.participant).toBe('b');
  });

  it('follows who comes, changes and goes', () => {
    const roster = after(
      JOINED,
      { type: 'participant', participant: entry('c'), present: true },
      { type: 'participant', participant: entry('c', true), present: true },
      { type: 'participant', participant: entry('b'), present: false },
    );
    expect([...roster.entries.keys()]).toEqual(['a', 'c']);
    expect(roster.entries.get('c')?.hand).toBe(true);
  });

  it('starts anew when joined comes again', () => {
    const moved: ServerMessage = { ...JOINED, participant: 'z', roster: [entry('z')], slots: [] };
    const roster = after(JOINED, { type: 'speaking', participants: ['b'] }, moved);
    expect(roster.me).toBe('z');
    expect(roster.slots.size).toBe(0);
    expect(roster.speaking).toEqual([]);
  });
});
