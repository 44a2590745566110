import { type Dispute, type DisputeFile, wallClock } from '@lectern/client';
import {
  Avatar,
  Chip,
  dayMonth,
  Failure,
  firstName,
  lessonTimes,
  longDate,
  PresenceLanes,
  Skeleton,
  useLectern,
  weekday,
} from '@lectern/react';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft, Check, Hourglass } from 'lucide-react';
import { Link } from 'wouter';
import { AdminShell } from './AdminShell.tsx';
import { Decide } from './Decide.tsx';
import { MinuteByMinute } from './MinuteByMinute.tsx';
import { outcomeWords } from './outcomes.ts';

/** One dispute: what was said, what the room recorded, and the decision. */
export function AdminDispute({ id }: { id: string }) {
  const { lectern } = useLectern();
  const file = useQuery({
    queryKey: ['disputes', 'one', id],
    queryFn: () => lectern.disputeFile(id),
  });
  return (
    <AdminShell title={file.data ? `Dispute: ${file.data.session.title}` : 'Dispute'}>
      {file.isPending && (
        <div className="dispute-wait" role="status" aria-label="Loading">
          <h1 className="l-hidden">Dispute</h1>
          <Skeleton width="min(320px, 100%)" height={31} />
          <Skeleton height={140} />
          <Skeleton height={280} />
        </div>
      )}
      {file.isError && !file.data && (
        <div className="l-card">
          <Failure
            level={1}
            error={file.error}
            what="This dispute"
            retry={() => void file.refetch()}
          />
        </div>
      )}
      {file.data && <File file={file.data} />}
    </AdminShell>
  );
}

function File({ file }: { file: DisputeFile }) {
  const { zone } = useLectern();
  const { session, evidence } = file;
  const { date, start, end } = lessonTimes(session, zone);
  const since = wallClock(file.createdAt, zone).date;
  return (
    <>
      <header className="dispute-head">
        <Link
          href="/admin/disputes"
          className="l-button l-button--icon l-button--small"
          aria-label="All disputes"
        >
          <ArrowLeft aria-hidden className="flip" />
        </Link>
        <div>
          <h1>{session.title}</h1>
          <p className="l-muted">
            {longDate(date)}, <span className="l-time">{start}</span> to{' '}
            <span className="l-time">{end}</span>
          </p>
        </div>
        {file.outcome === null ? (
          <Chip tone="now">
            <Hourglass aria-hidden /> Waits for you since {weekday(since)}
          </Chip>
        ) : (
          <Chip tone="good">
            <Check aria-hidden /> {outcomeWords(file.outcome).title}
          </Chip>
        )}
      </header>
      <div className="dispute">
        <div className="dispute-main">
          <div className="dispute-words">
            <Word file={file} of={file.openedBy} dispute={file} />
            {session.participants
              .filter(({ id }) => id !== file.openedBy)
              .map(({ id }) => (
                <Word
                  key={id}
                  file={file}
                  of={id}
                  dispute={file.others.find(({ openedBy }) => openedBy === id)}
                />
              ))}
          </div>
          <section className="l-card l-card--pad dispute-record">
            <h2>What the room recorded</h2>
            <PresenceLanes lesson={session} presences={evidence.attendance} whole quality />
          </section>
          <MinuteByMinute file={file} />
        </div>
        <Decide file={file} />
      </div>
    </>
  );
}

interface WordProps {
  file: DisputeFile;
  /** Whose word. */
  of: string;
  /** What they said, where they did. */
  dispute: Pick<Dispute, 'reason' | 'createdAt'> | undefined;
}

/** What one of a lesson's people says about it. */
function Word({ file, of, dispute }: WordProps) {
  const { zone } = useLectern();
  const person = file.session.participants.find(({ id }) => id === of);
  const name = person?.name ?? of;
  const role = person?.role === 'teacher' ? 'Teacher' : 'Student';
  const on = dispute && dayMonth(wallClock(dispute.createdAt, zone).date);
  const did = of === file.openedBy ? 'opened this' : 'wrote';
  return (
    <section className="l-card l-card--pad dispute-word">
      <header>
        <Avatar id={of} name={name} />
        <div>
          <h2>{name}</h2>
          <p className="l-muted">
            {role}
            {on && `, ${did} on ${on}`}
          </p>
        </div>
      </header>
      {dispute ? (
        <p dir="auto">{dispute.reason}</p>
      ) : (
        <p className="l-muted">{firstName(name)} has said nothing about it.</p>
      )}
    </section>
  );
}
