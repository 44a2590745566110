import type { PastSession, Session } from '@lectern/client';
import { ChevronDown, Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useLectern } from '../../hooks/context.ts';
import { useHistory } from '../../hooks/queries.ts';
import { Avatar } from '../../kit/Avatar.tsx';
import { Button } from '../../kit/Button.tsx';
import { Chip } from '../../kit/Chip.tsx';
import { Dialog } from '../../kit/Dialog.tsx';
import { Failure } from '../../kit/Failure.tsx';
import { SaveFile } from '../../kit/SaveFile.tsx';
import { SkeletonRows } from '../../kit/Skeleton.tsx';
import { SignalBars } from '../../kit/SignalBars.tsx';
import { Stars } from '../../kit/Stars.tsx';
import { StateView } from '../../kit/StateView.tsx';
import { Select } from '../../kit/Select.tsx';
import {
  dayNumber,
  firstName,
  lessonTimes,
  monthYear,
  plural,
  shortWeekday,
} from '../../text/format.ts';
import { capital, mayReview, otherPerson, withWhom } from '../../text/lesson.ts';
import { ReviewForm } from '../reviews/ReviewForm.tsx';
import { LessonRecord } from './LessonRecord.tsx';
import { qualityOf } from './quality.ts';

const EVERYONE = 'everyone';

/** Lessons that are over: who was there, what was said, how it was. */
export function SessionHistory() {
  const { me, zone } = useLectern();
  const [typed, setTyped] = useState('');
  const q = useDeferredValue(typed.trim());
  const [person, setPerson] = useState(EVERYONE);
  const [reviewing, setReviewing] = useState<Session | null>(null);
  const history = useHistory(q);
  const all = history.data?.pages.flatMap((page) => page.items) ?? [];
  const people = new Map(
    all
      .map((lesson) => otherPerson(lesson, me.id))
      .filter(({ id }) => id !== me.id)
      .map(({ id, name }) => [id, name]),
  );
  const lessons =
    person === EVERYONE ? all : all.filter((lesson) => otherPerson(lesson, me.id).id === person);
  const months = Map.groupBy(lessons, (lesson) => lessonTimes(lesson, zone).date.slice(0, 7));
  return (
    <section className="l-history">
      <header className="l-history-head">
        <div>
          <h1>History</h1>
          <p className="l-muted">Every lesson, what you said, and how it went.</p>
        </div>
        {history.data && <Figures lessons={all} more={history.hasNextPage} />}
      </header>
      <div className="l-history-filters">
        <label className="l-search">
          <span className="l-hidden">Search lessons</span>
          <Search aria-hidden />
          <input
            className="l-input"
            type="search"
            placeholder="Search lessons"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <Select
          label="With whom"
          labelHidden
          value={person}
          options={[
            { id: EVERYONE, text: 'Everyone' },
            ...[...people].map(([id, text]) => ({ id, text })),
          ]}
          onChange={setPerson}
        />
        <Export q={q} person={person === EVERYONE ? null : person} />
      </div>
      {history.isPending && (
        <div className="l-card">
          <SkeletonRows rows={5} />
        </div>
      )}
      {history.isError && !history.data && (
        <div className="l-card">
          <Failure error={history.error} what="Your history" retry={() => void history.refetch()} />
        </div>
      )}
      {history.data && lessons.length === 0 && (
        <div className="l-card">
          {q === '' && person === EVERYONE ? (
            <StateView title="Nothing is over yet" lit>
              <p>After your first lesson you find it here, with its chat and your review.</p>
            </StateView>
          ) : (
            <StateView
              title="No lesson is like that"
              actions={
                <Button
                  onClick={() => {
                    setTyped('');
                    setPerson(EVERYONE);
                  }}
                >
                  Show every lesson
                </Button>
              }
            >
              <p>Try a shorter word, or another person.</p>
            </StateView>
          )}
        </div>
      )}
      {[...months].map(([month, some]) => (
        <section key={month}>
          <h2>{monthYear(`${month}-01`)}</h2>
          <ul className="l-card l-rows">
            {some.map((lesson) => (
              <HistoryRow key={lesson.id} lesson={lesson} onReview={() => setReviewing(lesson)} />
            ))}
          </ul>
        </section>
      ))}
      {history.hasNextPage && (
        <Button busy={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
          Show earlier lessons
        </Button>
      )}
      {reviewing && (
        <Dialog plain title={`How was ${reviewing.title}?`} onClose={() => setReviewing(null)}>
          <ReviewForm
            session={reviewing}
            onDone={() => setReviewing(null)}
            onLater={() => setReviewing(null)}
          />
        </Dialog>
      )}
    </section>
  );
}

function Figures({ lessons, more }: { lessons: Session[]; more: boolean }) {
  const met = lessons.filter((lesson) => lesson.tookPlace);
  const missed = lessons.filter((lesson) => !lesson.tookPlace && lesson.status !== 'cancelled');
  const hours = met.reduce((sum, lesson) => sum + lesson.duration, 0) / 60;
  const plus = more ? '+' : '';
  return (
    <dl className="l-figures">
      <div>
        <dd>
          {Math.round(hours * 10) / 10}
          {plus} h
        </dd>
        <dt>together</dt>
      </div>
      <div>
        <dd>
          {met.length}
          {plus}
        </dd>
        <dt>{plural(met.length, 'lesson')}</dt>
      </div>
      <div>
        <dd>{missed.length}</dd>
        <dt>missed</dt>
      </div>
    </dl>
  );
}

function HistoryRow({ lesson, onReview }: { lesson: PastSession; onReview: () => void }) {
  const { me, zone } = useLectern();
  const [open, setOpen] = useState(false);
  const { date } = lessonTimes(lesson, zone);
  const other = otherPerson(lesson, me.id);
  const mine = lesson.reviews.find(({ reviewerId }) => reviewerId === me.id);
  const reviewable = mayReview(lesson, me.id);
  return (
    <li className="l-history-row">
      <div className="l-history-line">
        <div className="l-date">
          <b>{dayNumber(date)}</b>
          <span>{shortWeekday(date)}</span>
        </div>
        <Avatar id={other.id} name={other.name} />
        <div className="l-history-words">
          <b>{lesson.title}</b>
          <span>
            {capital(withWhom(lesson, me.id).name)}, {lesson.duration} min
          </span>
        </div>
        <span className="l-history-how">
          {lesson.tookPlace ? <Quality lesson={lesson} /> : howItWent(lesson, me.id)}
        </span>
        <span className="l-history-mark">
          {lesson.status === 'cancelled' ? (
            <Chip>Cancelled</Chip>
          ) : reviewable ? (
            <Button size="small" onClick={onReview}>
              Review
            </Button>
          ) : mine ? (
            <Stars rating={mine.rating} />
          ) : lesson.reviewed ? (
            <Chip tone="good">Reviewed</Chip>
          ) : null}
        </span>
        <button
          type="button"
          className="l-history-toggle"
          aria-expanded={open}
          aria-label={`What happened in ${lesson.title}`}
          onClick={() => setOpen(!open)}
        >
          <ChevronDown aria-hidden />
        </button>
      </div>
      {open && <LessonRecord lesson={lesson} />}
    </li>
  );
}

/** How clear the call was, by the worse of the connections. */
function Quality({ lesson }: { lesson: PastSession }) {
  const quality = qualityOf(lesson.attended.map(({ lossRate }) => lossRate));
  if (!quality) return 'You met';
  return (
    <>
      <SignalBars quality={quality.bars} of="the lesson" /> {quality.text}
    </>
  );
}

/** Takes the lessons along as a file. */
function Export({ q, person }: { q: string; person: string | null }) {
  const { lectern } = useLectern();
  return (
    <SaveFile
      kind="ghost"
      className="l-history-export"
      name="lessons.csv"
      type="text/csv"
      load={() => lectern.historyCsv({ ...(q && { q }), ...(person !== null && { with: person }) })}
    >
      Export
    </SaveFile>
  );
}

function howItWent(lesson: Session, me: string): string {
  if (lesson.status === 'cancelled') {
    if (lesson.cancelledBy === me) return 'Cancelled by you';
    const other = otherPerson(lesson, me);
    return lesson.cancelledBy === other.id ? `Cancelled by ${firstName(other.name)}` : 'Cancelled';
  }
  if (lesson.tookPlace) return 'You met';
  return lesson.noShow ? whoWasMissing(lesson, lesson.noShow, me) : 'You did not meet';
}

function whoWasMissing(lesson: Session, noShow: string, me: string): string {
  if (noShow === 'both') return 'Nobody came';
  const [id, name] =
    noShow === 'teacher'
      ? [lesson.teacher, lesson.teacherName]
      : [lesson.student, lesson.studentName];
  if (id === me) return 'You did not come';
  return name ? `${firstName(name)} did not come` : 'No student came';
}
