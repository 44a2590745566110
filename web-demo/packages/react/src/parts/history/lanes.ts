import type { Presence, Session } from '@lectern/client';

/** A stretch of time in the room. */
export interface LaneSpan {
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
  /** Parts of the lesson's length, 0 to 1. */
  start: number;
  end: number;
}

/** When one person was in the room. */
export interface Lane {
  id: string;
  name: string;
  spans: LaneSpan[];
}

/** Draws presences along the lesson; what lies outside it is cut off. */
export function lanesOf(
  lesson: Pick<Session, 'scheduledAt' | 'endsAt'>,
  presences: readonly Presence[],
  people: readonly { id: string; name: string }[],
): Lane[] {
  const begins = Date.parse(lesson.scheduledAt);
  const ends = Date.parse(lesson.endsAt);
  return people.map(({ id, name }) => ({
    id,
    name,
    spans: presences
      .filter((presence) => presence.user === id && presence.connectedAt !== null)
      .map((presence) => ({
        from: Math.max(begins, Date.parse(presence.connectedAt ?? '')),
        to: Math.min(ends, presence.leftAt ? Date.parse(presence.leftAt) : ends),
      }))
      .filter(({ from, to }) => to > from)
      .sort((a, b) => a.from - b.from)
      .map((span) => ({
        ...span,
        start: (span.from - begins) / (ends - begins),
        end: (span.to - begins) / (ends - begins),
      })),
  }));
}

/** A stretch of time with the worst loss of those who were there. */
export interface QualitySpan extends LaneSpan {
  lossRate: number;
}

/**
 * How clear the call was along the lesson. Loss is known of each stay as a
 * whole; where stays overlap, the worst of them counts.
 */
export function qualitySpans(
  lesson: Pick<Session, 'scheduledAt' | 'endsAt'>,
  presences: readonly Presence[],
): QualitySpan[] {
  const begins = Date.parse(lesson.scheduledAt);
  const ends = Date.parse(lesson.endsAt);
  const stays = presences.flatMap(({ connectedAt, leftAt, lossRate }) =>
    connectedAt === null || lossRate === null
      ? []
      : [
          {
            from: Math.max(begins, Date.parse(connectedAt)),
            to: Math.min(ends, leftAt ? Date.parse(leftAt) : ends),
            lossRate,
          },
        ],
  );
  const edges = [...new Set(stays.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  return edges.flatMap((from, index) => {
    const to = edges[index + 1];
    const here = stays.filter((stay) => to !== undefined && stay.from <= from && stay.to >= to);
    if (to === undefined || here.length === 0) return [];
    const part = (at: number) => (at - begins) / (ends - begins);
    const lossRate = Math.max(...here.map((stay) => stay.lossRate));
    return [{ from, to, start: part(from), end: part(to), lossRate }];
  });
}

/** A stay that began after another had broken off. */
export interface Return {
  id: string;
  name: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Milliseconds since the stay before. */
  after: number;
}

/** Who came back and when, the first one first. Stays that overlap are one. */
export function returns(lanes: readonly Lane[]): Return[] {
  return lanes
    .flatMap(({ id, name, spans }) =>
      spans.flatMap((span, index) => {
        const gone = Math.max(...spans.slice(0, index).map(({ to }) => to));
        return index > 0 && span.from > gone
          ? [{ id, name, at: span.from, after: span.from - gone }]
          : [];
      }),
    )
    .sort((a, b) => a.at - b.at);
}

/** Milliseconds for which everybody was in the room at once. */
export function together(lanes: readonly Lane[]): number {
  const [first, ...rest] = lanes;
  if (!first || rest.length === 0) return 0;
  let common = first.spans.map(({ from, to }) => ({ from, to }));
  for (const lane of rest) {
    common = common.flatMap((a) =>
      lane.spans
        .map((b) => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) }))
        .filter(({ from, to }) => to > from),
    );
  }
  return common.reduce((sum, { from, to }) => sum + to - from, 0);
}
