import type { Session } from '@lectern/client';
import { Chip, firstName, momentOf, useLectern, useNow } from '@lectern/react';
import { Check, CircleSlash, Hourglass, UserX } from 'lucide-react';

/** What a lesson that is off is called, where the teacher did not agree to it. */
const OFF: Partial<Record<Session['confirmation'], string>> = {
  declined: 'Declined',
  expired: 'Not answered',
};

/** Where a lesson stands, in a word. */
export function LessonChip({ lesson }: { lesson: Session }) {
  const { me } = useLectern();
  const now = useNow(30_000);
  switch (momentOf(lesson, now)) {
    case 'cancelled':
      return (
        <Chip tone="outline">
          <CircleSlash aria-hidden /> {OFF[lesson.confirmation] ?? 'Cancelled'}
        </Chip>
      );
    case 'waiting':
      return (
        <Chip tone="now">
          <Hourglass aria-hidden />
          {lesson.teacher === me.id
            ? 'Waiting for you'
            : `Waiting for ${firstName(lesson.teacherName)}`}
        </Chip>
      );
    case 'live':
      return (
        <Chip tone="now">
          <span className="l-dot" /> Now
        </Chip>
      );
    case 'open':
      return (
        <Chip tone="now">
          <span className="l-dot" /> Soon
        </Chip>
      );
    case 'over':
      return (
        <Chip tone="good">
          <Check aria-hidden /> Completed
        </Chip>
      );
    case 'missed':
      return (
        <Chip tone="bad">
          <UserX aria-hidden /> Nobody met
        </Chip>
      );
    case 'coming':
      return (
        <Chip tone="good">
          <Check aria-hidden /> Confirmed
        </Chip>
      );
  }
}
