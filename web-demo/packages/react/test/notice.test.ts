import type { Notice } from '@lectern/client';
import { describe, expect, it } from 'vitest';
import openapi from '../../../openapi.json' with { type: 'json' };
import { noticeText } from '../src/parts/notice.ts';

/** A notice about a lesson on a Monday at ten. */
function text(kind: string, payload: Record<string, unknown> = {}) {
  const notice: Notice = {
    id: '0d6f0ed7-42ba-4fe1-b3f3-0b7b9e4e7f5a',
    kind,
    sessionId: '3f0e1f0a-58c5-4b5e-9a3a-0f4c2a7cbb11',
    payload: { title: 'Past tenses', scheduledAt: '2027-01-04T10:00:00Z', ...payload },
    createdAt: '2027-01-04T11:00:00Z',
    readAt: null,
  };
  const { who, text } = noticeText(notice, 'UTC', '2027-01-04');
  return who ? `${who} ${text}` : text;
}

describe('a notice in words', () => {
  it('says that a lesson is over, and asks for more', () => {
    expect(text('session_completed')).toBe('Past tenses is over. How was it?');
  });

  it.each([
    ['teacher', 'The teacher did not come to Past tenses, today at 10:00.'],
    ['student', 'The student did not come to Past tenses, today at 10:00.'],
    ['both', 'Nobody came to Past tenses, today at 10:00.'],
  ])('says who did not come: %s', (noShow, expected) => {
    expect(text('session_missed', { noShow })).toBe(expected);
  });

  it.each([
    ['session_booked', { lessons: 4 }, 'Inês booked Past tenses and 3 more, today at 10:00.'],
    ['session_booked', { lessons: 1 }, 'Inês booked Past tenses, today at 10:00.'],
    [
      'session_declined',
      { reason: 'I am away' },
      'Inês declined Past tenses, today at 10:00. “I am away”',
    ],
    ['session_rescheduled', { actorName: null }, 'Past tenses moved to today at 10:00.'],
    ['session_cancelled', { actorName: null }, 'Past tenses, today at 10:00, is cancelled.'],
    [
      'seat_offered',
      { actorName: null, offerExpiresAt: '2027-01-04T09:00:00Z' },
      'A seat in Past tenses, today at 10:00, is kept for you until today at 09:00.',
    ],
    ['seat_taken', { actorName: null }, 'Somebody took a seat in Past tenses, today at 10:00.'],
  ])('tells what somebody did, or what happened: %s', (kind, payload, expected) => {
    expect(text(kind, { actorName: 'Inês Carvalho', ...payload })).toBe(expected);
  });

  it.each([
    ['one', 'Inês would like to move Past tenses to tomorrow at 18:30.'],
    [
      'following',
      'Inês would like to move Past tenses and those after it, from tomorrow at 18:30 on.',
    ],
    [
      'all',
      'Inês would like to move Past tenses and its whole series: this one to tomorrow at 18:30.',
    ],
  ])('says how far another time would reach: %s', (scope, expected) => {
    const proposal = { scheduledAt: '2027-01-05T18:30:00Z', scope };
    expect(text('proposal_made', { actorName: 'Inês Carvalho', proposal })).toBe(expected);
  });

  const kinds = openapi.components.schemas.Notice.properties.kind.description.match(/\w+_\w+/g);
  it.each(kinds ?? [])('has words for what the API tells of: %s', (kind) => {
    expect(text(kind, { noShow: 'both' })).not.toBe('Past tenses');
  });

  it('knows of many', () => {
    expect(kinds?.length).toBeGreaterThan(25);
  });

  it('shows a kind that is not known by the title', () => {
    expect(text('session_painted', { actorName: 'Jonas Weber' })).toBe('Past tenses');
  });
});
