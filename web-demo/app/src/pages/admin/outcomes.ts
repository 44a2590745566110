import type { DisputeOutcome } from '@lectern/client';

interface OutcomeWords {
  id: DisputeOutcome;
  title: string;
  note: string;
}

/** What can be decided of a lesson, and what comes of it. */
export const OUTCOMES: readonly OutcomeWords[] = [
  { id: 'complete', title: 'It counts as held', note: 'Both may review it.' },
  { id: 'cancel', title: 'It does not count', note: 'The lesson is cancelled; nobody is blamed.' },
  {
    id: 'teacher-no-show',
    title: 'The teacher did not come',
    note: 'Cancelled, and recorded as the teacher’s no-show.',
  },
  {
    id: 'student-no-show',
    title: 'The student did not come',
    note: 'Cancelled, and recorded as the student’s no-show.',
  },
  { id: 'nothing', title: 'It stays as it is', note: 'Nothing changes for either.' },
];

export function outcomeWords(outcome: DisputeOutcome): OutcomeWords {
  return OUTCOMES.find(({ id }) => id === outcome) ?? { id: outcome, title: outcome, note: '' };
}
