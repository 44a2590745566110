import type { OverseenSession } from '@lectern/client';
import { Chip, momentOf, qualityOf, SignalBars, useNow } from '@lectern/react';
import { Scale, UserX } from 'lucide-react';
import { LessonChip } from '../LessonChip.tsx';

interface Props {
  lesson: OverseenSession;
}

/** Where a lesson stands, for those who run the place. */
export function HowItStands({ lesson }: Props) {
  const now = useNow(30_000);
  if (lesson.disputed) {
    return (
      <Chip tone="bad">
        <Scale aria-hidden /> Disputed
      </Chip>
    );
  }
  if (lesson.noShow) {
    return (
      <Chip tone="bad">
        <UserX aria-hidden /> No-show
      </Chip>
    );
  }
  if (momentOf(lesson, now) === 'coming') return <Chip>Scheduled</Chip>;
  return <LessonChip lesson={lesson} />;
}

const MISSING = {
  teacher: 'Teacher did not come',
  student: 'Student did not come',
  both: 'Nobody came',
} as const;

/** For how long its people were there at once, or why they were not. */
export function Together({ lesson }: Props) {
  if (lesson.present > 0) return `${lesson.present} in the room`;
  if (lesson.noShow) return MISSING[lesson.noShow];
  if (lesson.status === 'cancelled') {
    if (lesson.confirmation !== 'confirmed') return <Nothing />;
    return lesson.lateCancel ? 'Cancelled late' : 'Cancelled in time';
  }
  if (lesson.together > 0) return `${lesson.together} of ${lesson.duration} min`;
  return <Nothing />;
}

/** How clear the call was, by the worse of its connections. */
export function Quality({ lesson }: Props) {
  const quality = qualityOf(lesson.attended.map(({ lossRate }) => lossRate));
  if (!quality) return <Nothing />;
  return <SignalBars quality={quality.bars} of="the call" />;
}

function Nothing() {
  return (
    <>
      <span className="nothing" aria-hidden="true">
        –
      </span>
      <span className="l-hidden">nothing recorded</span>
    </>
  );
}
