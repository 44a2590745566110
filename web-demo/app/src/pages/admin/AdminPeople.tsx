import { cityOf, ProblemError, type User, wallClock } from '@lectern/client';
import {
  Avatar,
  Button,
  Chip,
  Dialog,
  Failure,
  Refusal,
  SaveFile,
  shortDayMonth,
  SkeletonRows,
  StateView,
  TextField,
  useLectern,
} from '@lectern/react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { ChartLine, Eraser, GraduationCap, Search, UsersRound } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { Link } from 'wouter';
import { AdminShell } from './AdminShell.tsx';

/** Everybody whom the platform told of, with what they may ask for. */
export function AdminPeople() {
  const { lectern } = useLectern();
  const [typed, setTyped] = useState('');
  const [erasing, setErasing] = useState<User | null>(null);
  const q = useDeferredValue(typed.trim());
  const people = useInfiniteQuery({
    queryKey: ['users', q],
    queryFn: ({ pageParam }) =>
      lectern.users({ ...(q && { q }), ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
  const items = people.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <AdminShell title="People">
      <header className="admin-head">
        <h1>People</h1>
      </header>
      <div className="l-card admin-card">
        <div className="admin-filters">
          <label className="l-search">
            <span className="l-hidden">Search people</span>
            <Search aria-hidden />
            <input
              className="l-input"
              type="search"
              placeholder="Name, address or id"
              value={typed}
              maxLength={100}
              onChange={(event) => setTyped(event.target.value)}
            />
          </label>
        </div>
        {people.isPending && <SkeletonRows rows={6} />}
        {people.isError && !people.data && (
          <Failure error={people.error} what="The people" retry={() => void people.refetch()} />
        )}
        {people.data && items.length === 0 && (
          <StateView
            title={q ? 'Nobody is called that' : 'Nobody is here yet'}
            icon={UsersRound}
            tone="info"
            actions={q ? <Button onClick={() => setTyped('')}>Show everybody</Button> : undefined}
          >
            <p>
              {q
                ? 'Try a shorter word, or their id at the platform.'
                : 'Your platform tells of people, or they come by themselves.'}
            </p>
          </StateView>
        )}
        <ul className="l-rows">
          {items.map((user) => (
            <Row key={user.id} user={user} onErase={() => setErasing(user)} />
          ))}
        </ul>
        {people.hasNextPage && (
          <footer className="admin-pages">
            <Button
              size="small"
              busy={people.isFetchingNextPage}
              onClick={() => void people.fetchNextPage()}
            >
              Show more
            </Button>
          </footer>
        )}
      </div>
      {erasing && <Erase user={erasing} onDone={() => setErasing(null)} />}
    </AdminShell>
  );
}

function Row({ user, onErase }: { user: User; onErase: () => void }) {
  const { lectern, me, zone } = useLectern();
  const since = wallClock(user.createdAt, zone).date;
  const name = user.name || user.id;
  return (
    <li className="admin-person">
      <Avatar id={user.id} name={name} />
      <div>
        <b dir="auto">{name}</b>
        <p className="l-muted">
          <span dir="ltr">{user.id}</span>
          {user.email && (
            <>
              , <span dir="ltr">{user.email}</span>
            </>
          )}
        </p>
        <p className="l-muted">
          {cityOf(user.timeZone)}, since {shortDayMonth(since)} {since.slice(0, 4)}
        </p>
      </div>
      {user.teaches && (
        <Chip tone="info">
          <GraduationCap aria-hidden /> Teaches
        </Chip>
      )}
      <div className="admin-person-do">
        <Link
          className="l-button l-button--small"
          href={`/admin/people/${encodeURIComponent(user.id)}`}
          aria-label={`Figures of ${name}`}
        >
          <ChartLine aria-hidden /> Figures
        </Link>
        <SaveFile
          size="small"
          name={`${user.id}.json`}
          type="application/json"
          label={`Export what is kept about ${name}`}
          load={() => lectern.exportUser(user.id)}
        >
          Export
        </SaveFile>
        {user.id !== me.id && (
          <Button
            size="small"
            kind="ghost"
            className="admin-erase"
            aria-label={`Erase ${name}`}
            onClick={onErase}
          >
            <Eraser aria-hidden /> Erase
          </Button>
        )}
      </div>
    </li>
  );
}

function Erase({ user, onDone }: { user: User; onDone: () => void }) {
  const { lectern, toast } = useLectern();
  const queries = useQueryClient();
  const [typed, setTyped] = useState('');
  const [missing, setMissing] = useState(false);
  const name = user.name || user.id;
  const erase = useMutation({
    mutationFn: () => lectern.eraseUser(user.id),
    onSuccess: () => {
      toast(`${name} is erased`);
      onDone();
    },
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['users'] }),
        queries.invalidateQueries({ queryKey: ['lessons'] }),
      ]),
  });
  return (
    <Dialog title={`Erase ${name}?`} onClose={onDone}>
      <form
        className="l-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() === user.id) erase.mutate();
          else setMissing(true);
        }}
      >
        <p>
          Their lessons ahead are called off, and their name and words are taken out of everything
          that is kept. Lessons that were stay for the other side, without them. Nobody can bring it
          back.
        </p>
        <TextField
          label={`Type their id, ${user.id}`}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          dir="ltr"
          value={typed}
          error={missing ? 'That is not their id.' : null}
          onChange={(event) => {
            setTyped(event.target.value);
            setMissing(false);
          }}
        />
        {erase.isError && (
          <Refusal
            error={erase.error}
            lead={`${name} is still there.`}
            why={
              erase.error instanceof ProblemError && erase.error.code === 'in_lesson'
                ? 'They are in a lesson. Ask again when it is over.'
                : undefined
            }
          />
        )}
        <div className="l-dialog-actions">
          <Button size="large" onClick={onDone}>
            Keep them
          </Button>
          <Button size="large" kind="bad" type="submit" busy={erase.isPending}>
            Erase for good
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
