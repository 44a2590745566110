import { ProblemError, wallClock } from '@lectern/client';
import { Check, Copy, Link2 } from 'lucide-react';
import { useState } from 'react';
import { useLectern } from '../../hooks/context.ts';
import { useCalendarFeeds, useCalendarFeedsChange } from '../../hooks/queries.ts';
import { Button } from '../../kit/Button.tsx';
import { Dialog } from '../../kit/Dialog.tsx';
import { Failure } from '../../kit/Failure.tsx';
import { Refusal } from '../../kit/Refusal.tsx';
import { Skeleton } from '../../kit/Skeleton.tsx';
import { dayMonth } from '../../text/format.ts';

/** Gives one's lessons an address that calendars elsewhere can follow. */
export function Subscribe() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button className="l-calendar-subscribe" onClick={() => setOpen(true)}>
        <Link2 aria-hidden /> Subscribe
      </Button>
      {open && (
        <Dialog title="Your lessons in another calendar" onClose={() => setOpen(false)}>
          <FeedAddress onDone={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  );
}

function FeedAddress({ onDone }: { onDone: () => void }) {
  const { zone, toast } = useLectern();
  const feeds = useCalendarFeeds();
  const change = useCalendarFeedsChange();
  if (feeds.isPending) {
    return (
      <div role="status" aria-label="Loading">
        <Skeleton height={96} />
      </div>
    );
  }
  if (!feeds.data) {
    return <Failure error={feeds.error} what="The address" retry={() => void feeds.refetch()} />;
  }
  const { value, etag } = feeds.data;
  // Only the answer that made it has it.
  const url = value.subscribe && (change.data?.value.subscribe?.url ?? value.subscribe.url);
  const set = (subscribe: boolean, said: string) =>
    change.mutate({ change: { subscribe }, etag }, { onSuccess: () => toast(said) });
  /** Off and on again makes a new one: whoever has the old one sees nothing more. */
  const renew = () =>
    change.mutate(
      { change: { subscribe: false }, etag },
      {
        onSuccess: (off) =>
          change.mutate(
            { change: { subscribe: true }, etag: off.etag },
            { onSuccess: () => toast('The old address no longer works') },
          ),
      },
    );
  return (
    <div className="l-form">
      {value.subscribe ? (
        <>
          {url ? (
            <>
              <p>
                Add this address to your calendar as a subscription, and your lessons follow by
                themselves. Whoever has it sees them. Copy it now: it is not shown again.
              </p>
              <Address url={url} />
            </>
          ) : (
            <p>
              Your lessons have had an address since{' '}
              {dayMonth(wallClock(value.subscribe.createdAt, zone).date)}. It was shown once, when
              it was made. If it is lost, make a new one; the old one then ends.
            </p>
          )}
        </>
      ) : (
        <p>
          Your calendar can follow your lessons by an address that only you know. You can take it
          back at any time.
        </p>
      )}
      {change.isError && (
        <Refusal error={change.error} lead="Nothing is changed." why={why(change.error)} />
      )}
      <div className="l-dialog-actions">
        {value.subscribe ? (
          <>
            <Button
              size="large"
              busy={change.isPending}
              onClick={() => set(false, 'The address no longer works')}
            >
              Stop it
            </Button>
            <Button size="large" busy={change.isPending} onClick={renew}>
              Make a new one
            </Button>
          </>
        ) : (
          <>
            <Button size="large" onClick={onDone}>
              Not now
            </Button>
            <Button
              size="large"
              kind="primary"
              busy={change.isPending}
              onClick={() => set(true, 'Your calendar has an address')}
            >
              Make an address
            </Button>
          </>
        )}
      </div>
    </div>
  );
}

function Address({ url }: { url: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(url).then(() => setCopied(true));
  return (
    <div className="l-address">
      <input className="l-input" readOnly value={url} aria-label="The address" dir="ltr" />
      <Button onClick={copy}>
        {copied ? <Check aria-hidden /> : <Copy aria-hidden />} {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  );
}

function why(error: unknown): string | undefined {
  return error instanceof ProblemError && error.code === 'version_conflict'
    ? 'It was changed in another place a moment ago.'
    : undefined;
}
