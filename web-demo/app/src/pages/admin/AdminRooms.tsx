import { type LiveRoom, wallClock } from '@lectern/client';
import {
  Avatar,
  Button,
  Chip,
  Failure,
  SkeletonRows,
  StateView,
  useLectern,
  useNow,
} from '@lectern/react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Radio, Unplug } from 'lucide-react';
import { Link } from 'wouter';
import { AdminShell } from './AdminShell.tsx';

/** How often one looks again, in milliseconds. */
const AGAIN = 10_000;
const MINUTE = 60_000;

/** Rooms in which somebody is, as it is now. */
export function AdminRooms() {
  const { lectern } = useLectern();
  const rooms = useInfiniteQuery({
    queryKey: ['live-rooms'],
    queryFn: ({ pageParam }) => lectern.liveRooms(pageParam ?? undefined),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: AGAIN,
    staleTime: 0,
  });
  const items = rooms.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <AdminShell title="Live rooms">
      <header className="admin-head">
        <h1>Live rooms</h1>
      </header>
      <div className="l-card admin-card">
        {rooms.isPending && <SkeletonRows rows={4} />}
        {rooms.isError && !rooms.data && (
          <Failure error={rooms.error} what="The rooms" retry={() => void rooms.refetch()} />
        )}
        {rooms.data && items.length === 0 && (
          <StateView title="Nobody is in a room" icon={Radio} tone="info">
            <p>As soon as somebody enters a lesson, you see it here.</p>
          </StateView>
        )}
        <ul className="l-rows">
          {items.map((room) => (
            <RoomRow key={room.sessionId} room={room} />
          ))}
        </ul>
        {rooms.hasNextPage && (
          <footer className="admin-pages">
            <Button
              size="small"
              busy={rooms.isFetchingNextPage}
              onClick={() => void rooms.fetchNextPage()}
            >
              Show more
            </Button>
          </footer>
        )}
      </div>
    </AdminShell>
  );
}

function RoomRow({ room }: { room: LiveRoom }) {
  const { zone } = useLectern();
  const now = useNow(MINUTE);
  const [from, to] = [wallClock(room.scheduledAt, zone).time, wallClock(room.endsAt, zone).time];
  return (
    <li className="admin-room">
      <div>
        <Link href={`/lessons/${room.sessionId}`}>{room.title}</Link>
        <p className="l-muted">
          <bdi className="l-time">
            {from} to {to}
          </bdi>
          , {stand(room, now)}
        </p>
      </div>
      <ul className="admin-there" aria-label={`In the room of ${room.title}`}>
        {room.people.map(({ user, name, connectedAt }) => (
          <li key={user}>
            <Avatar id={user} name={name} size={32} /> <span>{name}</span>
            {connectedAt === null && (
              <Chip tone="outline">
                <Unplug aria-hidden /> Connecting
              </Chip>
            )}
          </li>
        ))}
      </ul>
    </li>
  );
}

/** Where the lesson is between its start and its end. */
function stand({ scheduledAt, endsAt }: LiveRoom, now: number): string {
  const minutes = (instant: string) => Math.ceil(Math.abs(Date.parse(instant) - now) / MINUTE);
  const count = (n: number) => (n === 1 ? '1 minute' : `${n} minutes`);
  if (now < Date.parse(scheduledAt)) return `begins in ${count(minutes(scheduledAt))}`;
  if (now < Date.parse(endsAt)) return `${count(minutes(endsAt))} left`;
  return `${count(minutes(endsAt))} over its end`;
}
