import type { ChatLine, Presence, Session } from '@lectern/client';
import { wallClock } from '@lectern/client';
import { useState } from 'react';
import { useAppearance } from '../../hooks/appearance.ts';
import { useLectern } from '../../hooks/context.ts';
import { useRecord } from '../../hooks/queries.ts';
import { Failure } from '../../kit/Failure.tsx';
import { Skeleton } from '../../kit/Skeleton.tsx';
import { firstName, plural } from '../../text/format.ts';
import { type Lane, lanesOf, returns, together } from './lanes.ts';

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
      <Lanes lesson={lesson} presences={record.data.presences} />
      <Said chat={record.data.chat} />
    </div>
  );
}

function Lanes({ lesson, presences }: { lesson: Session; presences: readonly Presence[] }) {
  const { me, zone } = useLectern();
  const { hue } = useAppearance();
  const mine = (id: string) => Number(id === me.id);
  const people = lesson.participants.toSorted((a, b) => mine(b.id) - mine(a.id));
  const lanes = lanesOf(lesson, presences, people);
  const begins = Date.parse(lesson.scheduledAt);
  const middle = begins + (lesson.duration * 60_000) / 2;
  const minutes = Math.round(together(lanes) / 60_000);
  return (
    <div className="l-record-lanes">
      <div className="l-lanes">
        {lanes.map((lane) => (
          <div key={lane.id} className="l-lane-of">
            <span className="l-muted">{lane.id === me.id ? 'You' : firstName(lane.name)}</span>
            <div className={`l-lane hue-${hue(lane.id)}`}>
              {lane.spans.map((span) => (
                <i
                  key={span.from}
                  style={{
                    insetInlineStart: `${span.start * 100}%`,
                    inlineSize: `${(span.end - span.start) * 100}%`,
                  }}
                />
              ))}
            </div>
          </div>
        ))}
        <div className="l-lane-times l-time">
          <span>{wallClock(lesson.scheduledAt, zone).time}</span>
          <span>{wallClock(middle, zone).time}</span>
          <span>{wallClock(lesson.endsAt, zone).time}</span>
        </div>
      </div>
      <p className="l-muted">
        {minutes > 0
          ? `Together for ${minutes} ${plural(minutes, 'minute')}.`
          : 'Nobody met anybody in the room.'}
        <Returns lanes={lanes} />
      </p>
    </div>
  );
}

/** Who lost the room and came back. */
function Returns({ lanes }: { lanes: readonly Lane[] }) {
  const { me, zone } = useLectern();
  const all = returns(lanes);
  return lanes.map(({ id, name }) => {
    const mine = all.filter((each) => each.id === id);
    const [first] = mine;
    if (!first) return null;
    return (
      <span key={id}>
        {' '}
        {id === me.id ? 'You' : firstName(name)} came back{' '}
        {mine.length === 1 ? 'once' : `${mine.length} times, first`} at{' '}
        <span className="l-time">{wallClock(first.at, zone).time}</span>,{' '}
        {first.after < 1_000 ? 'in under a second' : `after ${away(first.after)}`}.
      </span>
    );
  });
}

function away(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 90) return `${seconds} ${plural(seconds, 'second')}`;
  const minutes = Math.round(seconds / 60);
  return `${minutes} ${plural(minutes, 'minute')}`;
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
          <blockquote dir="auto">“{line.text}”</blockquote>
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
