import { describe, expect, it } from 'vitest';
import type { ServerMessage } from '../src/generated/protocol.ts';
import {
  ANSWER_TIMEOUT,
  MAX_HELD_MESSAGES,
  PING_INTERVAL,
  PONG_TIMEOUT,
  RESUME_WINDOW,
} from '../src/signaling/limits.ts';
import { SignalingMachine, type SignalingOutput } from '../src/signaling/machine.ts';

const JOINED: ServerMessage = {
  type: 'joined',
  participant: 'a',
  answer: 'v=0',
  roster: [],
  slots: [],
  resume: 'ticket',
  chat: [],
  endsAt: '2026-11-24T10:20:00Z',
};

/** What an output is, in a word or two. */
function brief(output: SignalingOutput): string {
  switch (output.do) {
    case 'send':
      return `send ${output.message.type}`;
    case 'deliver':
      return `deliver ${output.message.type}`;
    case 'status':
      return output.status.name === 'ended' ? `ended ${output.status.reason}` : output.status.name;
    default:
      return output.do;
  }
}

/** A machine that is in the room at time zero. */
function joined(): SignalingMachine {
  const machine = new SignalingMachine({ token: 't', offer: 'o' }, 0);
  machine.handleOpen(0);
  machine.handleMessage({ seq: 1, ...JOINED }, 0);
  machine.drain();
  return machine;
}

const outputs = (machine: SignalingMachine) => machine.drain().map(brief);

describe('joining', () => {
  it('sends join with the first message and is connected by the answer', () => {
    const machine = new SignalingMachine({ token: 't', offer: 'o' }, 0);
    expect(outputs(machine)).toEqual(['connecting', 'open']);
    machine.handleOpen(10);
    expect(machine.drain()).toEqual([
      { do: 'send', message: { type: 'join', token: 't', offer: 'o' } },
    ]);
    machine.handleMessage({ seq: 1, ...JOINED }, 20);
    expect(outputs(machine)).toEqual(['connected', 'deliver joined']);
  });

  it('ends as unreachable when nobody answers', () => {
    const machine = new SignalingMachine({ token: 't', offer: 'o' }, 0);
    machine.handleOpen(10);
    machine.drain();
    machine.handleTimeout(10 + ANSWER_TIMEOUT - 1);
    expect(outputs(machine)).toEqual([]);
    machine.handleTimeout(10 + ANSWER_TIMEOUT);
    expect(outputs(machine)).toEqual(['close', 'close', 'ended unreachable']);
  });

  it('ends by the code of a fatal error', () => {
    const machine = new SignalingMachine({ token: 't', offer: 'o' }, 0);
    machine.handleOpen(0);
    machine.drain();
    const error = { type: 'error', code: 'bad_offer', message: '', fatal: true } as const;
    machine.handleMessage(error, 0);
    expect(outputs(machine)).toEqual(['deliver error', 'close', 'ended bad_offer']);
    expect(machine.timeoutAt).toBeNull();
  });
});

describe('resuming', () => {
  it('resumes with the last number that arrived', () => {
    const machine = joined();
    machine.handleMessage({ seq: 7, type: 'speaking', participants: [] }, 100);
    machine.handleMessage({ type: 'pong', id: 1 }, 110);
    machine.handleLost(200);
    expect(outputs(machine)).toEqual(['deliver speaking', 'reconnecting']);
    machine.handleTimeout(200);
    expect(outputs(machine)).toEqual(['open']);
    machine.handleOpen(210);
    expect(machine.drain()).toEqual([
      { do: 'send', message: { type: 'resume', resume: 'ticket', seq: 7 } },
      { do: 'send', message: { type: 'ping', id: 1 } },
    ]);
    machine.handleMessage({ seq: 8, type: 'resumed' }, 220);
    expect(outputs(machine)).toEqual(['connected', 'deliver resumed']);
  });

  it('holds what is said meanwhile, and no more than fits', () => {
    const machine = joined();
    machine.handleLost(0);
    for (let id = 0; id <= MAX_HELD_MESSAGES; id += 1) machine.send({ type: 'ping', id });
    machine.handleTimeout(0);
    machine.handleOpen(0);
    machine.drain();
    machine.handleMessage({ type: 'resumed' }, 0);
    const sent = machine.drain().filter((output) => output.do === 'send');
    expect(sent).toHaveLength(MAX_HELD_MESSAGES);
    expect(sent[0]).toEqual({ do: 'send', message: { type: 'ping', id: 1 } });
  });

  it('tries again until the place is given away', () => {
    const machine = joined();
    machine.handleLost(0);
    let now = 0;
    let attempts = 0;
    while (machine.state.name !== 'ended') {
      now = machine.timeoutAt ?? now;
      machine.handleTimeout(now);
      if (machine.state.name === 'reopening') {
        attempts += 1;
        machine.handleLost(now);
      }
    }
    expect(machine.state).toEqual({ name: 'ended', reason: 'resume_failed' });
    expect(now).toBeLessThanOrEqual(RESUME_WINDOW);
    expect(attempts).toBeGreaterThan(6);
  });

  it('gives a silent connection up after an unanswered ping', () => {
    const machine = joined();
    machine.handleTimeout(PING_INTERVAL);
    expect(outputs(machine)).toEqual(['send ping']);
    machine.handleTimeout(PING_INTERVAL + PONG_TIMEOUT);
    expect(outputs(machine)).toEqual(['close', 'reconnecting']);
  });
});

describe('leaving', () => {
  it('says goodbye and is deaf afterwards', () => {
    const machine = joined();
    machine.leave();
    expect(outputs(machine)).toEqual(['send leave', 'close', 'ended left']);
    machine.send({ type: 'hand', raised: true });
    machine.handleMessage({ seq: 9, type: 'closed', reason: 'left' }, 0);
    machine.handleLost(0);
    machine.leave();
    expect(outputs(machine)).toEqual([]);
  });

  it('ends by the reason that the server gives', () => {
    const machine = joined();
    machine.handleMessage({ seq: 2, type: 'closed', reason: 'cancelled' }, 0);
    expect(outputs(machine)).toEqual(['deliver closed', 'close', 'ended cancelled']);
  });
});

it('can go without a word', () => {
  const machine = joined();
  machine.abandon();
  expect(outputs(machine)).toEqual(['close', 'ended left']);
});
