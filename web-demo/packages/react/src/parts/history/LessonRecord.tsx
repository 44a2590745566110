import type { ChatLine, Session } from '@lectern/client';
import { wallClock } from '@lectern/client';
import { useState } from 'react';
import { useLectern } from '../../hooks/context.ts';
import { useRecord } from '../../hooks/queries.ts';
import { Failure } from '../../kit/Failure.tsx';
import { Skeleton } from '../../kit/Skeleton.tsx';
import { firstName } from '../../text/format.ts';
import { PresenceLanes } from './PresenceLanes.tsx';

/** Who was in the room when, by the media's own account, and what was said. */
export function LessonRecord({ lesson }: { lesson: Session }) {
  const record = useRecord(lesson.id, lesson.status !== 'cancelled');
  if (lesson.status === 'cancelled') {
    return (
      <div className="l-record">
        <p className="l-muted">
          {lesson.cancelReason ? `“${lesson.cancelReason}”` : 'No reason was given.'}
        </p>
      </div>
    );
  }
  if (record.isPending) {
    return (
      <div className="l-record" role="status" aria-label="Loading">
        <Skeleton height={72} />
      </div>
    );
  }
  if (record.isError) {
    return <Failure error={record.error} what="This lesson" retry={() => void record.refetch()} />;
  }
  return (
    <div className="l-record">
      <PresenceLanes lesson={lesson} presences={record.data.presences} />
      <Said chat={record.data.chat} />
    </div>
  );
}

function Said({ chat }: { chat: readonly ChatLine[] }) {
  const { zone } = useLectern();
  const [all, setAll] = useState(false);
  const last = chat.at(-1);
  if (!last) return <p className="l-record-said l-muted">Nothing was written.</p>;
  const shown = all ? chat : [last];
  return (
    <div className="l-record-said">
      {shown.map((line) => (
        <figure key={`${line.user} ${line.id}`}>
          {line.text === null ? (
            <p className="l-muted">Shown to those who were there.</p>
          ) : (
            <blockquote dir="auto">“{line.text}”</blockquote>
          )}
          <figcaption>
            {firstName(line.name)},{' '}
            <span className="l-time">{wallClock(line.sentAt, zone).time}</span>
            {!all && chat.length > 1 && (
              <>
                {'. '}
                <button type="button" className="l-record-all" onClick={() => setAll(true)}>
                  All {chat.length} messages
                </button>
              </>
            )}
          </figcaption>
        </figure>
      ))}
    </div>
  );
}
