import { addDays, type Session, wallClock } from '@lectern/client';
import {
  Avatar,
  Dialog,
  firstName,
  lessonTimes,
  mayReview,
  nearDay,
  otherPerson,
  RatingInput,
  ReviewForm,
  useHistory,
  useLectern,
  useNow,
  weekday,
} from '@lectern/react';
import { useState } from 'react';

/** Asks for a review of the latest lesson that has none. */
export function ReviewPrompt() {
  const history = useHistory();
  const { me } = useLectern();
  const latest = history.data?.pages[0]?.items.find((lesson) => mayReview(lesson, me.id));
  return latest ? <Prompt key={latest.id} lesson={latest} /> : null;
}

function Prompt({ lesson }: { lesson: Session }) {
  const { me, zone } = useLectern();
  const [rating, setRating] = useState(0);
  const now = useNow(60_000);
  const other = otherPerson(lesson, me.id);
  const today = wallClock(now, zone).date;
  const { date } = lessonTimes(lesson, zone);
  const when =
    date === today
      ? nearDay(date, today).toLowerCase()
      : date > addDays(today, -7)
        ? `last ${weekday(date)}`
        : `on ${weekday(date)}`;
  return (
    <section className="l-card l-card--pad prompt">
      <header>
        <Avatar id={other.id} name={other.name} />
        <div>
          <h2>How was {lesson.title}?</h2>
          <p>
            With {firstName(other.name)}, {when}
          </p>
        </div>
      </header>
      <RatingInput value={rating} onChange={setRating} />
      <p>{firstName(other.name)} sees it when both of you have written.</p>
      {rating > 0 && (
        <Dialog plain title={`How was ${lesson.title}?`} onClose={() => setRating(0)}>
          <ReviewForm
            session={lesson}
            rating={rating}
            onDone={() => setRating(0)}
            onLater={() => setRating(0)}
          />
        </Dialog>
      )}
    </section>
  );
}
