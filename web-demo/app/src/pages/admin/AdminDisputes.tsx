import { type Dispute, wallClock } from '@lectern/client';
import {
  Avatar,
  Button,
  Chip,
  Failure,
  SkeletonRows,
  Segmented,
  shortDate,
  StateView,
  useLectern,
  useLesson,
} from '@lectern/react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Check, Hourglass, Scale } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { AdminShell } from './AdminShell.tsx';
import { outcomeWords } from './outcomes.ts';

const STATES = [
  { id: 'open', text: 'Waiting' },
  { id: 'decided', text: 'Decided' },
] as const;

/** Lessons about which somebody asked for a decision. */
export function AdminDisputes() {
  const { lectern } = useLectern();
  const [state, setState] = useState<'open' | 'decided'>('open');
  const disputes = useInfiniteQuery({
    queryKey: ['disputes', state],
    queryFn: ({ pageParam }) =>
      lectern.disputes({ state, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
  const items = disputes.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <AdminShell title="Disputes">
      <header className="admin-head">
        <h1>Disputes</h1>
        <div className="admin-head-end">
          <Segmented
            label="Which disputes"
            options={STATES}
            value={state}
            onChange={(id) => setState(id as typeof state)}
          />
        </div>
      </header>
      <div className="l-card admin-card">
        {disputes.isPending && <SkeletonRows rows={4} />}
        {disputes.isError && !disputes.data && (
          <Failure
            error={disputes.error}
            what="The disputes"
            retry={() => void disputes.refetch()}
          />
        )}
        {disputes.data && items.length === 0 && (
          <StateView
            title={state === 'open' ? 'Nothing waits for you' : 'Nothing was decided yet'}
            icon={Scale}
            tone="info"
          >
            <p>When the people of a lesson do not agree how it went, they ask here.</p>
          </StateView>
        )}
        <ul className="l-rows">
          {items.map((dispute) => (
            <DisputeRow key={dispute.id} dispute={dispute} />
          ))}
        </ul>
        {disputes.hasNextPage && (
          <footer className="admin-pages">
            <Button
              size="small"
              busy={disputes.isFetchingNextPage}
              onClick={() => void disputes.fetchNextPage()}
            >
              Show more
            </Button>
          </footer>
        )}
      </div>
    </AdminShell>
  );
}

function DisputeRow({ dispute }: { dispute: Dispute }) {
  const { zone } = useLectern();
  const lesson = useLesson(dispute.sessionId).data;
  const opener = lesson?.participants.find(({ id }) => id === dispute.openedBy);
  const name = opener?.name ?? dispute.openedBy;
  return (
    <li className="admin-dispute">
      <Avatar id={dispute.openedBy} name={name} />
      <div>
        <Link href={`/admin/disputes/${dispute.id}`}>{lesson?.title ?? 'A lesson'}</Link>
        <p className="l-muted">
          {name}, {shortDate(wallClock(dispute.createdAt, zone).date)}
        </p>
        <p dir="auto">“{dispute.reason}”</p>
      </div>
      {dispute.outcome === null ? (
        <Chip tone="now">
          <Hourglass aria-hidden /> Waits
        </Chip>
      ) : (
        <Chip tone="good">
          <Check aria-hidden /> {outcomeWords(dispute.outcome).title}
        </Chip>
      )}
    </li>
  );
}
