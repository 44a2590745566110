import { type Presence, type Session, wallClock } from '@lectern/client';
import { useAppearance } from '../../hooks/appearance.ts';
import { useLectern } from '../../hooks/context.ts';
import { firstName, plural } from '../../text/format.ts';
import { type Lane, lanesOf, type QualitySpan, qualitySpans, returns, together } from './lanes.ts';
import { qualityOf } from './quality.ts';

interface PresenceLanesProps {
  lesson: Session;
  presences: readonly Presence[];
  /** Draws all that was recorded, also before the lesson and after it. */
  whole?: boolean;
  /** Draws how clear the call was, below. */
  quality?: boolean;
}

/** When each of a lesson's people was in the room. */
export function PresenceLanes({ lesson, presences, whole, quality }: PresenceLanesProps) {
  const { me, zone } = useLectern();
  const { hue } = useAppearance();
  const mine = (id: string) => Number(id === me.id);
  const people = lesson.participants.toSorted((a, b) => mine(b.id) - mine(a.id));
  const drawn = whole ? around(lesson, presences) : lesson;
  const lanes = lanesOf(drawn, presences, people);
  const [begins, ends] = [Date.parse(drawn.scheduledAt), Date.parse(drawn.endsAt)];
  const times = [begins, (begins + ends) / 2, ends];
  const start = (Date.parse(lesson.scheduledAt) - begins) / (ends - begins);
  const minutes = Math.round(together(lanes) / 60_000);
  return (
    <div className="l-record-lanes">
      <div className="l-lanes">
        {lanes.map((lane) => (
          <div key={lane.id} className="l-lane-of">
            <span className="l-muted">{lane.id === me.id ? 'You' : firstName(lane.name)}</span>
            <div className={`l-lane hue-${hue(lane.id)}`}>
              {start > 0 && (
                <s className="l-lane-start" style={{ insetInlineStart: `${start * 100}%` }} />
              )}
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
        {quality && <QualityLane spans={qualitySpans(drawn, presences)} />}
        <div className="l-lane-times">
          {times.map((time) => (
            <span key={time} className="l-time">
              {wallClock(time, zone).time}
            </span>
          ))}
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

/** How clear the call was: by colour, and to readers in words. */
function QualityLane({ spans }: { spans: readonly QualitySpan[] }) {
  const { zone } = useLectern();
  return (
    <div className="l-lane-of">
      <span className="l-muted">Quality</span>
      <div className="l-lane l-lane--quality">
        {spans.map((span) => {
          const { bars, text } = qualityOf([span.lossRate]) ?? { bars: 0, text: '' };
          const said = `${wallClock(span.from, zone).time} to ${wallClock(span.to, zone).time}: ${text}`;
          return (
            <i
              key={span.from}
              role="img"
              aria-label={said}
              title={said}
              data-bars={bars}
              style={{
                insetInlineStart: `${span.start * 100}%`,
                inlineSize: `${(span.end - span.start) * 100}%`,
              }}
            />
          );
        })}
        {spans.length === 0 && <span className="l-muted">Nothing was measured.</span>}
      </div>
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

/** From when to when anything happened: the lesson's time at least. */
function around(lesson: Session, presences: readonly Presence[]) {
  const from = presences.map(({ joinedAt }) => Date.parse(joinedAt));
  const to = presences.flatMap(({ leftAt }) => (leftAt === null ? [] : [Date.parse(leftAt)]));
  return {
    scheduledAt: new Date(Math.min(Date.parse(lesson.scheduledAt), ...from)).toISOString(),
    endsAt: new Date(Math.max(Date.parse(lesson.endsAt), ...to)).toISOString(),
  };
}
