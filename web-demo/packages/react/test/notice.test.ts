import type { Notice } from '@lectern/client';
import { describe, expect, it } from 'vitest';
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

  it('shows a kind that is not known by the title', () => {
    expect(text('session_painted', { actorName: 'Jonas Weber' })).toBe('Jonas Past tenses');
  });
});
