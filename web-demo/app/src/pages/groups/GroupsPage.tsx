import type { Session } from '@lectern/client';
import {
  Button,
  counted,
  dayNumber,
  Failure,
  lessonTimes,
  shortMonth,
  shortWeekday,
  SkeletonRows,
  StateView,
  useGroupLessons,
  useLectern,
  useSeriesPlaces,
  useTeaches,
  seriesWords,
} from '@lectern/react';
import { Plus, UsersRound } from 'lucide-react';
import { Link, useSearchParams } from 'wouter';
import { Shell } from '../../shell/Shell.tsx';
import { OfferGroup } from './OfferGroup.tsx';

/** The group lessons that a teacher offers, and the way to offer another. */
export function GroupsPage() {
  const { me } = useLectern();
  const teaches = useTeaches();
  const [search, setSearch] = useSearchParams();
  const groups = useGroupLessons(me.id);
  const places = useSeriesPlaces(groups.data ?? []);
  const offer = (
    <Button kind="primary" onClick={() => setSearch({ do: 'offer' })}>
      <Plus aria-hidden /> Offer a group
    </Button>
  );
  return (
    <Shell title="Your groups">
      <div className="groups">
        <header className="page-head">
          <div>
            <h1>Your groups</h1>
            <p>Lessons that several students take together.</p>
          </div>
          {teaches && offer}
        </header>
        <div className="l-card">
          {groups.isPending && <SkeletonRows rows={3} />}
          {groups.isError && !groups.data && (
            <Failure error={groups.error} what="Your groups" retry={() => void groups.refetch()} />
          )}
          {groups.data?.length === 0 && (
            <StateView title="No group is ahead" icon={UsersRound} tone="info">
              <p>
                {teaches
                  ? 'Offer one, and students find it beside your free times.'
                  : 'Groups are for teachers to offer.'}
              </p>
            </StateView>
          )}
          <ul className="l-rows">
            {groups.data?.map((lesson) => (
              <GroupRow key={lesson.id} lesson={lesson} place={places.get(lesson.id)} />
            ))}
          </ul>
        </div>
      </div>
      {teaches && search.get('do') === 'offer' && (
        <OfferGroup onDone={() => setSearch({}, { replace: true })} />
      )}
    </Shell>
  );
}

interface GroupRowProps {
  lesson: Session;
  place: { number: number; of: number } | undefined;
}

function GroupRow({ lesson, place }: GroupRowProps) {
  const { zone } = useLectern();
  const { date, start, end } = lessonTimes(lesson, zone);
  const { taken, waiting } = lesson.seats;
  return (
    <li className="group-row">
      <div className="l-date">
        <b>{dayNumber(date)}</b>
        <span>
          {shortWeekday(date)} <span className="l-hidden">{shortMonth(date)}</span>
        </span>
      </div>
      <div className="group-words">
        <Link href={`/lessons/${lesson.id}`}>{lesson.title}</Link>
        <span className="l-muted">
          <span className="l-time">
            {start} – {end}
          </span>
          {place && `, ${seriesWords(place)}`}
        </span>
      </div>
      <div className="group-seats">
        <span className="seats-row" aria-hidden="true">
          {Array.from({ length: lesson.capacity }, (_, index) => (
            <i key={index} data-taken={index < taken || undefined} />
          ))}
        </span>
        <span className="l-muted">
          {taken} of {lesson.capacity} seats
          {waiting > 0 && `, ${counted(waiting, 'person waits', 'people wait').toLowerCase()}`}
        </span>
      </div>
    </li>
  );
}
