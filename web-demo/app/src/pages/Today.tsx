import { addDays, cityOf, minutesOf, type Session, wallClock } from '@lectern/client';
import {
  Failure,
  counted,
  firstName,
  lessonLine,
  lessonTimes,
  longDate,
  momentOf,
  otherPerson,
  Ribbon,
  SessionNotifications,
  Skeleton,
  SkeletonRows,
  StateView,
  useAppearance,
  useLectern,
  useLessons,
  useNow,
  useTeaches,
  useZones,
  withWhom,
} from '@lectern/react';
import { ArrowRight, Globe } from 'lucide-react';
import { Link } from 'wouter';
import { Shell } from '../shell/Shell.tsx';
import { LessonRow } from './LessonRow.tsx';
import { NextLesson } from './NextLesson.tsx';
import { ReviewPrompt } from './ReviewPrompt.tsx';

/** How far ahead the page looks. */
const DAYS = 15;
const MOST_COMING = 4;

/** The day: what is next, what comes, what happened. */
export function Today() {
  const { me, zone } = useLectern();
  const now = useNow(10_000);
  const clock = wallClock(now, zone);
  const lessons = useLessons(clock.date, addDays(clock.date, DAYS));
  const standing = lessons.data?.filter((lesson) => lesson.status !== 'cancelled') ?? [];
  const today = standing.filter((lesson) => lessonTimes(lesson, zone).date === clock.date);
  const ahead = standing
    .filter((lesson) => !['over', 'missed'].includes(momentOf(lesson, now)))
    .sort((a, b) => a.scheduledAt.localeCompare(b.scheduledAt));
  const [next, ...coming] = ahead;
  return (
    <Shell title="Today">
      <header className="page-head">
        <div>
          <h1>
            {greeting(clock.time)}, {firstName(me.name)}
          </h1>
          <p>
            {longDate(clock.date)}.{lessons.data && ` ${counted(today.length, 'lesson')} today.`}
          </p>
        </div>
        <span className="zone">
          <Globe aria-hidden />
          <span>
            {cityOf(zone)}, <span className="l-time">{clock.time}</span>
          </span>
        </span>
      </header>
      <Day lessons={today} time={clock.time} />
      <div className="today">
        <div className="today-main">
          {lessons.isPending && <Skeleton height={316} />}
          {lessons.isError && !lessons.data && (
            <div className="l-card">
              <Failure error={lessons.error} what="Your day" retry={() => void lessons.refetch()} />
            </div>
          )}
          {lessons.data && !next && <NothingAhead />}
          {next && <NextLesson lesson={next} />}
          <Coming lessons={coming.slice(0, MOST_COMING)} pending={lessons.isPending} />
        </div>
        <div className="today-side">
          <div className="l-card">
            <SessionNotifications most={3} lessonHref={(id) => `/lessons/${id}`} />
          </div>
          <ReviewPrompt />
        </div>
      </div>
    </Shell>
  );
}

function Day({ lessons, time }: { lessons: Session[]; time: string }) {
  const { me, zone } = useLectern();
  const appearance = useAppearance();
  const blocks = lessons.map((lesson) => {
    const whom = withWhom(lesson, me.id);
    const { start, end } = lessonTimes(lesson, zone);
    return {
      id: lesson.id,
      hue: appearance.hue(whom.id),
      text: whom.id === lesson.id ? 'Group' : firstName(whom.name),
      label: `${lesson.title} with ${whom.name}, ${start} to ${end}`,
      from: start,
      to: end,
      href: `/lessons/${lesson.id}`,
    };
  });
  const minutes = blocks.flatMap(({ from, to }) => [minutesOf(from), minutesOf(to)]);
  const from = Math.min(8, Math.floor(Math.min(...minutes, minutesOf(time)) / 60));
  const to = Math.max(22, Math.ceil(Math.max(...minutes, minutesOf(time)) / 60));
  // An even number of hours, so that the last one has its label.
  const even = (to - from) % 2 === 0 ? to : to === 24 ? to : to + 1;
  return (
    <div className="today-ribbon">
      <Ribbon
        label="Lessons today"
        from={even - from > 16 ? 0 : from}
        to={even - from > 16 ? 24 : even}
        now={time}
        blocks={blocks}
      />
    </div>
  );
}

function Coming({ lessons, pending }: { lessons: Session[]; pending: boolean }) {
  const { me } = useLectern();
  const zones = useZones(lessons.map((lesson) => otherPerson(lesson, me.id).id));
  if (!pending && lessons.length === 0) return null;
  return (
    <section className="coming">
      <header>
        <h2>Coming up</h2>
        <Link href="/calendar" className="l-button l-button--link">
          Open calendar <ArrowRight aria-hidden className="flip" />
        </Link>
      </header>
      <div className="l-card">
        {pending ? (
          <SkeletonRows />
        ) : (
          <ul className="l-rows">
            {lessons.map((lesson) => (
              <LessonRow
                key={lesson.id}
                lesson={lesson}
                line={lessonLine(lesson, me.id)}
                otherZone={zones.get(otherPerson(lesson, me.id).id)}
              />
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function NothingAhead() {
  if (useTeaches()) {
    return (
      <div className="l-card">
        <StateView
          title="Nobody waits for you"
          lit
          actions={
            <Link href="/hours" className="l-button">
              Look at your hours
            </Link>
          }
        >
          <p>When a student books a lesson with you, it stands here.</p>
        </StateView>
      </div>
    );
  }
  return (
    <div className="l-card">
      <StateView
        title="Your next lesson goes here"
        lit
        actions={
          <Link href="/book" className="l-button l-button--primary">
            Find a lesson
          </Link>
        }
      >
        <p>Find a teacher and pick a time that suits both of you.</p>
      </StateView>
    </div>
  );
}

function greeting(time: string): string {
  const hour = Number(time.slice(0, 2));
  if (hour < 5) return 'Good night';
  if (hour < 12) return 'Good morning';
  return hour < 18 ? 'Good afternoon' : 'Good evening';
}
