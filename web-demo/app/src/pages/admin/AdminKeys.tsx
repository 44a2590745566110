import { type ApiKey, wallClock } from '@lectern/client';
import {
  ago,
  Button,
  Chip,
  Dialog,
  Failure,
  Refusal,
  shortDayMonth,
  SkeletonRows,
  StateView,
  useLectern,
  useNow,
} from '@lectern/react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { AdminShell } from './AdminShell.tsx';
import { NewKey } from './NewKey.tsx';

/** The keys with which servers of the platform call. */
export function AdminKeys() {
  const { lectern } = useLectern();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const keys = useInfiniteQuery({
    queryKey: ['api-keys'],
    queryFn: ({ pageParam }) => lectern.apiKeys(pageParam ?? undefined),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
  const items = keys.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <AdminShell title="Keys">
      <header className="admin-head">
        <h1>Keys</h1>
        <div className="admin-head-end">
          <Button kind="primary" onClick={() => setMaking(true)}>
            <Plus aria-hidden /> New key
          </Button>
        </div>
      </header>
      <div className="l-card admin-card">
        {keys.isPending && <SkeletonRows rows={3} />}
        {keys.isError && !keys.data && (
          <Failure error={keys.error} what="The keys" retry={() => void keys.refetch()} />
        )}
        {keys.data && items.length === 0 && (
          <StateView title="No keys yet" icon={KeyRound} tone="info">
            <p>A server of your platform needs one to book lessons or to describe people.</p>
          </StateView>
        )}
        <ul className="l-rows">
          {items.map((key) => (
            <KeyRow key={key.id} apiKey={key} onRevoke={() => setRevoking(key)} />
          ))}
        </ul>
        {keys.hasNextPage && (
          <footer className="admin-pages">
            <Button
              size="small"
              busy={keys.isFetchingNextPage}
              onClick={() => void keys.fetchNextPage()}
            >
              Show more
            </Button>
          </footer>
        )}
      </div>
      {making && <NewKey onDone={() => setMaking(false)} />}
      {revoking && <Revoke apiKey={revoking} onDone={() => setRevoking(null)} />}
    </AdminShell>
  );
}

function KeyRow({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const { zone } = useLectern();
  const now = useNow(60_000);
  const over = Date.parse(apiKey.expiresAt) <= now;
  const ends = wallClock(apiKey.expiresAt, zone).date;
  return (
    <li className="admin-key">
      <div>
        <b>{apiKey.name}</b>
        <p className="l-muted">
          {apiKey.lastUsedAt
            ? `Last used ${lower(ago(apiKey.lastUsedAt, now, zone))}`
            : 'Never used'}
          , {over ? 'ended' : 'ends'} on {shortDayMonth(ends)} {ends.slice(0, 4)}
        </p>
      </div>
      <ul className="admin-scopes" aria-label={`What ${apiKey.name} is good for`}>
        {apiKey.scopes.map((scope) => (
          <li key={scope}>
            <Chip>{scope}</Chip>
          </li>
        ))}
      </ul>
      {apiKey.revokedAt !== null ? (
        <Chip tone="outline">Revoked</Chip>
      ) : over ? (
        <Chip tone="outline">Ended</Chip>
      ) : (
        <Button size="small" onClick={onRevoke} aria-label={`Revoke ${apiKey.name}`}>
          Revoke
        </Button>
      )}
    </li>
  );
}

function lower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function Revoke({ apiKey, onDone }: { apiKey: ApiKey; onDone: () => void }) {
  const { lectern, toast } = useLectern();
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => lectern.revokeApiKey(apiKey.id),
    onSuccess: () => {
      toast(`${apiKey.name} is revoked`);
      onDone();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['api-keys'] }),
  });
  return (
    <Dialog title={`Revoke ${apiKey.name}?`} onClose={onDone}>
      <p>Servers that call with it are refused at once. It cannot be brought back.</p>
      {revoke.isError && <Refusal error={revoke.error} lead="It still works." />}
      <div className="l-dialog-actions">
        <Button size="large" onClick={onDone}>
          Keep it
        </Button>
        <Button size="large" kind="bad" busy={revoke.isPending} onClick={() => revoke.mutate()}>
          Revoke key
        </Button>
      </div>
    </Dialog>
  );
}
