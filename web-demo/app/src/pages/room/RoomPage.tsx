import { type EndReason, OfflineError, type Session } from '@lectern/client';
import {
  canJoin,
  Failure,
  useLectern,
  useLesson,
  useLocalMedia,
  useNow,
  VideoSession,
} from '@lectern/react';
import { useEffect, useState } from 'react';
import { Mark } from '../../shell/Mark.tsx';
import { Opening } from '../../shell/Opening.tsx';
import { Afterwards } from './Afterwards.tsx';
import { NotNow } from './NotNow.tsx';
import { PreJoin } from './PreJoin.tsx';

type Phase = { name: 'before' } | { name: 'inside' } | { name: 'after'; reason: EndReason };

/** The way into a lesson's room, the room, and the way out. */
export default function RoomPage({ id }: { id: string }) {
  const lesson = useLesson(id, 5_000);
  if (lesson.isPending) return <Opening />;
  if (!lesson.data || (lesson.isError && !(lesson.error instanceof OfflineError))) {
    return (
      <main className="alone">
        <Failure
          level={1}
          error={lesson.error}
          what="The lesson"
          retry={() => void lesson.refetch()}
        />
      </main>
    );
  }
  return <Lesson lesson={lesson.data} />;
}

function Lesson({ lesson }: { lesson: Session }) {
  const [phase, setPhase] = useState<Phase>({ name: 'before' });
  const { now: clock } = useLectern();
  const now = useNow();
  useEffect(() => {
    document.title = `${lesson.title} · Lectern`;
  }, [lesson.title]);
  if (phase.name === 'after') {
    return (
      <Afterwards
        lesson={lesson}
        reason={phase.reason}
        onAgain={() => setPhase({ name: 'before' })}
      />
    );
  }
  if (phase.name === 'before' && !canJoin(lesson, Math.max(now, clock()))) {
    return <NotNow lesson={lesson} />;
  }
  return (
    <WithDevices
      lesson={lesson}
      inside={phase.name === 'inside'}
      onEnter={() => setPhase({ name: 'inside' })}
      onEnd={(reason) => setPhase({ name: 'after', reason })}
    />
  );
}

interface WithDevicesProps {
  lesson: Session;
  inside: boolean;
  onEnter: () => void;
  onEnd: (reason: EndReason) => void;
}

/** Keeps microphone and camera open from the first look to the last word. */
function WithDevices({ lesson, inside, onEnter, onEnd }: WithDevicesProps) {
  const local = useLocalMedia();
  return inside ? (
    <VideoSession session={lesson} local={local} mark={<Mark />} onEnd={onEnd} />
  ) : (
    <PreJoin lesson={lesson} local={local} onEnter={onEnter} />
  );
}
