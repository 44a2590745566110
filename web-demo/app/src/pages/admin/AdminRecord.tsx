import { type RecordedEvent, wallClock } from '@lectern/client';
import {
  Button,
  Chip,
  Failure,
  Segmented,
  shortDayMonth,
  SkeletonRows,
  StateView,
  useLectern,
} from '@lectern/react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { ScrollText, Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { Link } from 'wouter';
import { actionOf } from './actions.ts';
import { AdminShell } from './AdminShell.tsx';

const SIDES = [
  { id: 'actor', text: 'By them' },
  { id: 'about', text: 'About them' },
] as const;

/** Who did what, which nobody can change. */
export function AdminRecord() {
  const { lectern } = useLectern();
  const [typed, setTyped] = useState('');
  const [side, setSide] = useState<string>('actor');
  const person = useDeferredValue(typed.trim());
  const record = useInfiniteQuery({
    queryKey: ['record', person && side, person],
    queryFn: ({ pageParam }) =>
      lectern.record({
        ...(person && { [side]: person }),
        ...(pageParam && { cursor: pageParam }),
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
  const items = record.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <AdminShell title="Record">
      <header className="admin-head">
        <h1>Record</h1>
      </header>
      <div className="l-card admin-card">
        <div className="admin-filters">
          <label className="l-search">
            <span className="l-hidden">A person’s id, or a key’s</span>
            <Search aria-hidden />
            <input
              className="l-input"
              type="search"
              placeholder="Id of a person or key"
              autoCapitalize="none"
              spellCheck={false}
              dir="ltr"
              value={typed}
              maxLength={128}
              onChange={(event) => setTyped(event.target.value)}
            />
          </label>
          {person && (
            <Segmented label="Which side" options={SIDES} value={side} onChange={setSide} />
          )}
        </div>
        {record.isPending && <SkeletonRows rows={8} />}
        {record.isError && !record.data && (
          <Failure error={record.error} what="The record" retry={() => void record.refetch()} />
        )}
        {record.data && items.length === 0 && (
          <StateView
            title={person ? 'Nothing of that id' : 'Nothing was done yet'}
            icon={ScrollText}
            tone="info"
            actions={
              person ? <Button onClick={() => setTyped('')}>Show everything</Button> : undefined
            }
          >
            <p>
              {person
                ? 'It is the whole id that counts, as your platform has it.'
                : 'Every booking, change and decision stands here, for three years.'}
            </p>
          </StateView>
        )}
        <ol className="l-rows">
          {items.map((event) => (
            <EventRow key={event.id} event={event} />
          ))}
        </ol>
        {record.hasNextPage && (
          <footer className="admin-pages">
            <Button
              size="small"
              busy={record.isFetchingNextPage}
              onClick={() => void record.fetchNextPage()}
            >
              Show earlier
            </Button>
          </footer>
        )}
      </div>
    </AdminShell>
  );
}

function EventRow({ event }: { event: RecordedEvent }) {
  const { zone } = useLectern();
  const { date, time } = wallClock(event.at, zone);
  const { icon: Icon, text } = actionOf(event.action);
  return (
    <li className="admin-event">
      <time dateTime={event.at} className="l-time">
        {shortDayMonth(date)} {time}
      </time>
      <Icon aria-hidden />
      <p>
        <b dir="ltr">{event.actor ?? 'The system'}</b> {text}
        {event.about !== null && event.about !== event.actor && (
          <>
            , <span dir="ltr">{event.about}</span>
          </>
        )}
      </p>
      <div>
        {event.actorKind === 'admin' && <Chip tone="info">Admin</Chip>}
        {event.actorKind === 'service' && <Chip tone="outline">Service</Chip>}
        {event.sessionId !== null && <Link href={`/lessons/${event.sessionId}`}>Lesson</Link>}
      </div>
    </li>
  );
}
