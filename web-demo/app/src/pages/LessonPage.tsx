import { cityOf, type Session, wallClock } from '@lectern/client';
import {
  Avatar,
  Button,
  canChange,
  canJoin,
  Dialog,
  Failure,
  isGroup,
  LessonRecord,
  lessonLine,
  lessonTimes,
  longDate,
  mayReview,
  momentOf,
  otherPerson,
  ReviewForm,
  seriesWords,
  Skeleton,
  useLectern,
  useLesson,
  useNow,
  useSeriesPlaces,
  useZones,
} from '@lectern/react';
import { CalendarClock, CalendarX2, CircleHelp, Repeat, Star, Video } from 'lucide-react';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Shell } from '../shell/Shell.tsx';
import { AnswerRequest } from './lesson/AnswerRequest.tsx';
import { CancelLesson } from './lesson/CancelLesson.tsx';
import { EditLesson } from './lesson/EditLesson.tsx';
import { OpenDispute } from './lesson/OpenDispute.tsx';
import { OwnReview } from './lesson/OwnReview.tsx';
import { ProposedTime } from './lesson/ProposedTime.tsx';
import { Seats } from './lesson/Seats.tsx';
import { LessonChip } from './LessonChip.tsx';

/** One lesson: when, with whom, what about; and what can be done with it. */
export function LessonPage({ id }: { id: string }) {
  const lesson = useLesson(id, 15_000);
  return (
    <Shell title={lesson.data?.title ?? 'Lesson'}>
      {lesson.isPending && (
        <div className="lesson-wait" role="status" aria-label="Loading">
          <h1 className="l-hidden">Lesson</h1>
          <Skeleton width="min(380px, 100%)" height={38} />
          <Skeleton height={220} />
        </div>
      )}
      {lesson.isError && !lesson.data && (
        <Failure
          level={1}
          error={lesson.error}
          what="This lesson"
          retry={() => void lesson.refetch()}
        />
      )}
      {lesson.data && <Lesson lesson={lesson.data} />}
    </Shell>
  );
}

function Lesson({ lesson }: { lesson: Session }) {
  const { me } = useLectern();
  const [search, setSearch] = useSearchParams();
  const doing = search.get('do');
  const done = () => setSearch({}, { replace: true });
  const now = useNow(10_000);
  const mine = lesson.participants.some(({ id }) => id === me.id);
  const moment = momentOf(lesson, now);
  const over = moment === 'over' || lesson.tookPlace;
  const place = useSeriesPlaces([lesson]).get(lesson.id);
  return (
    <article className="lesson">
      <header className="page-head">
        <div>
          <LessonChip lesson={lesson} />
          <h1>{lesson.title}</h1>
          <p>{mine || isGroup(lesson) ? lessonLine(lesson, me.id) : lesson.skill}</p>
          {place && (
            <p className="lesson-series">
              <Repeat aria-hidden /> {seriesWords(place)}
            </p>
          )}
        </div>
        <Actions lesson={lesson} mine={mine} onDo={(what) => setSearch({ do: what })} />
      </header>
      <div className="lesson-body">
        <div className="lesson-main">
          {moment === 'waiting' && <AnswerRequest lesson={lesson} />}
          {lesson.proposal && <ProposedTime lesson={lesson} proposal={lesson.proposal} />}
          <When lesson={lesson} />
          {lesson.description && (
            <section className="l-card l-card--pad">
              <h2>What it is about</h2>
              <p className="lesson-text" dir="auto">
                {lesson.description}
              </p>
            </section>
          )}
          {over && (
            <section className="l-card lesson-record">
              <h2>How it went</h2>
              <LessonRecord lesson={lesson} />
            </section>
          )}
          {mine && lesson.reviewed && <OwnReview lesson={lesson} />}
        </div>
        <div className="lesson-side">
          {isGroup(lesson) && <Seats lesson={lesson} />}
          {lesson.participants.length > 0 && <People lesson={lesson} />}
        </div>
      </div>
      {doing === 'edit' && canChange(lesson, now) && <EditLesson lesson={lesson} onDone={done} />}
      {doing === 'dispute' && mine && <OpenDispute lesson={lesson} onDone={done} />}
      {doing === 'cancel' && canChange(lesson, now) && (
        <CancelLesson lesson={lesson} onDone={done} />
      )}
    </article>
  );
}

/** For how many days after a lesson one may ask for a decision. */
const DISPUTE_DAYS = 30;

interface ActionsProps {
  lesson: Session;
  mine: boolean;
  onDo: (what: 'edit' | 'cancel' | 'dispute') => void;
}

function Actions({ lesson, mine, onDo }: ActionsProps) {
  const { me } = useLectern();
  const now = useNow(10_000);
  const [reviewing, setReviewing] = useState(false);
  const close = () => setReviewing(false);
  // A student of a group has a seat to give back, and no lesson to move.
  const mayChange = !isGroup(lesson) || lesson.teacher === me.id || me.role === 'admin';
  // Who is asked declines; calling it off is for a lesson that stands.
  const asked = lesson.confirmation === 'pending' && lesson.teacher === me.id;
  const disputable =
    mine &&
    now >= Date.parse(lesson.scheduledAt) &&
    now < Date.parse(lesson.endsAt) + DISPUTE_DAYS * 86_400_000;
  const reviewable = mine && mayReview(lesson, me.id);
  return (
    <div className="lesson-actions">
      {canJoin(lesson, now) && (
        <Link href={`/lessons/${lesson.id}/room`} className="l-button l-button--now">
          <Video aria-hidden /> Join lesson
        </Link>
      )}
      {canChange(lesson, now) && mayChange && (
        <>
          <Button onClick={() => onDo('edit')}>
            <CalendarClock aria-hidden /> Change
          </Button>
          {!asked && (
            <Button onClick={() => onDo('cancel')}>
              <CalendarX2 aria-hidden /> Cancel lesson
            </Button>
          )}
        </>
      )}
      {disputable && (
        <Button kind="ghost" onClick={() => onDo('dispute')}>
          <CircleHelp aria-hidden /> Something went wrong
        </Button>
      )}
      {reviewable && (
        <Button kind="primary" onClick={() => setReviewing(true)}>
          <Star aria-hidden /> Review
        </Button>
      )}
      {reviewing && (
        <Dialog plain title={`How was ${lesson.title}?`} onClose={close}>
          <ReviewForm session={lesson} onDone={close} onLater={close} />
        </Dialog>
      )}
    </div>
  );
}

function When({ lesson }: { lesson: Session }) {
  const { me, zone } = useLectern();
  const now = useNow(10_000);
  const other = otherPerson(lesson, me.id);
  const otherZone = useZones([other.id]).get(other.id);
  const { date, start, end } = lessonTimes(lesson, zone);
  return (
    <section className="lesson-when" data-cancelled={lesson.status === 'cancelled' || undefined}>
      <p className="l-display">{longDate(date)}</p>
      <dl>
        <div>
          <dt>You, {cityOf(zone)}</dt>
          <dd className="l-time">
            {start} – {end}
          </dd>
        </div>
        {otherZone && otherZone !== zone && (
          <div>
            <dt>
              {other.name.split(' ')[0]}, {cityOf(otherZone)}
            </dt>
            <dd className="l-time">
              {wallClock(lesson.scheduledAt, otherZone).time} –{' '}
              {wallClock(lesson.endsAt, otherZone).time}
            </dd>
          </div>
        )}
        <div>
          <dt>Length</dt>
          <dd>{lesson.duration} minutes</dd>
        </div>
      </dl>
      {lesson.status === 'cancelled' && (
        <p className="lesson-cancelled">
          {whyOff(lesson, me.id)}
          {lesson.cancelReason && ` “${lesson.cancelReason}”`}
        </p>
      )}
      {lesson.status === 'scheduled' && now < Date.parse(lesson.joinOpensAt) && (
        <p className="lesson-opens">
          The room opens at{' '}
          <span className="l-time">{wallClock(lesson.joinOpensAt, zone).time}</span>
        </p>
      )}
      {canJoin(lesson, now) && <p className="lesson-opens">The room is open.</p>}
    </section>
  );
}

/** How it came that the lesson is off. */
function whyOff(lesson: Session, me: string): string {
  const teacher = lesson.teacher === me ? 'You' : lesson.teacherName;
  switch (lesson.confirmation) {
    case 'declined':
      return `${teacher} declined it.`;
    case 'expired':
      return `${teacher} did not answer in time.`;
    default:
      return `${cancelledBy(lesson, me)} cancelled it${lesson.lateCancel ? ', after the deadline' : ''}.`;
  }
}

function cancelledBy(lesson: Session, me: string): string {
  if (lesson.cancelledBy === me) return 'You';
  const person = lesson.participants.find(({ id }) => id === lesson.cancelledBy);
  return person?.name ?? 'Those who run the place';
}

function People({ lesson }: { lesson: Session }) {
  const { me } = useLectern();
  const zones = useZones(lesson.participants.map(({ id }) => id));
  return (
    <section className="l-card lesson-people">
      <h2>People</h2>
      <ul className="l-rows">
        {lesson.participants.map((person) => (
          <li key={person.id}>
            <Avatar id={person.id} name={person.name} />
            <div>
              <b>
                {person.name}
                {person.id === me.id && ' (you)'}
              </b>
              <span>
                {person.role === 'teacher' ? 'Teacher' : 'Student'}
                {zones.get(person.id) && ` · ${cityOf(zones.get(person.id) ?? '')}`}
                {person.absent && ' · Did not come'}
              </span>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
