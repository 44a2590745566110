import { ProblemError, type Review, type Session } from '@lectern/client';
import { Check, Star } from 'lucide-react';
import { useState } from 'react';
import { Radio, RadioGroup, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useLectern } from '../../hooks/context.ts';
import { useLessonChanges } from '../../hooks/queries.ts';
import { useDraft } from '../../hooks/useDraft.ts';
import { Avatar } from '../../kit/Avatar.tsx';
import { Button } from '../../kit/Button.tsx';
import { TextArea } from '../../kit/Field.tsx';
import { Refusal } from '../../kit/Refusal.tsx';
import { dayMonth, firstName, longDate, lessonTimes } from '../../text/format.ts';
import { otherPerson, reviewsClose } from '../../text/lesson.ts';

const WORDS = ['', 'poor', 'fair', 'fine', 'good', 'excellent'] as const;
const TRAITS = ['Clear', 'Patient', 'Well prepared', 'Good pace'] as const;
const LONGEST = 1_000;

interface ReviewFormProps {
  session: Session;
  /** What was chosen before the form opened. */
  rating?: number;
  /** What was written before and nobody else sees yet: it is changed. */
  written?: Review;
  onDone: () => void;
  onLater: () => void;
}

/** Rates a lesson that took place and says something about it. */
export function ReviewForm({ session, rating: given, written, onDone, onLater }: ReviewFormProps) {
  const { me, zone, toast } = useLectern();
  const { review, editReview } = useLessonChanges();
  const [rating, setRating] = useState(given ?? written?.rating ?? 0);
  const [traits, setTraits] = useState<readonly string[]>([]);
  const [words, setWords, forget] = useDraft(`review.${session.id}`, written?.comment);
  const [missing, setMissing] = useState(false);
  const other = otherPerson(session, me.id);
  const name = firstName(other.name);
  const closes = reviewsClose(session, zone);
  const comment = [traits.length > 0 ? `${traits.join(', ')}.` : '', words.trim()]
    .filter(Boolean)
    .join(' ');

  const send = () => {
    if (rating === 0) return setMissing(true);
    const given = { sessionId: session.id, revieweeId: other.id, rating, comment };
    const onSuccess = (saved: Review) => {
      forget();
      toast(
        saved.state === 'published'
          ? 'Your review is published'
          : `Your review is kept until ${name} has written too`,
      );
      onDone();
    };
    (written ? editReview : review).mutate(given, { onSuccess });
  };
  const saving = written ? editReview : review;

  return (
    <form
      className="l-review"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <header>
        <Avatar id={other.id} name={other.name} size={56} />
        <div>
          <p className="l-display l-review-title">How was {session.title}?</p>
          <p className="l-muted">
            With {other.name}, {longDate(lessonTimes(session, zone).date)}
          </p>
        </div>
      </header>
      <RatingInput
        value={rating}
        onChange={(value) => {
          setRating(value);
          setMissing(false);
        }}
      />
      <p className="l-review-word" aria-live="polite">
        {missing
          ? 'Choose one to five stars first'
          : rating > 0
            ? `${rating} of 5, ${WORDS[rating]}`
            : 'Choose one to five stars'}
      </p>
      <ToggleButtonGroup
        className="l-review-traits"
        aria-label="What it was like"
        selectionMode="multiple"
        selectedKeys={traits}
        onSelectionChange={(keys) => setTraits(TRAITS.filter((trait) => keys.has(trait)))}
      >
        {TRAITS.map((trait) => (
          <ToggleButton key={trait} id={trait}>
            {traits.includes(trait) && <Check aria-hidden />}
            {trait}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <TextArea
        label={
          session.teacher === other.id
            ? 'What should other students know?'
            : 'What would you like to say?'
        }
        value={words}
        maxLength={LONGEST - 60}
        rows={3}
        onChange={(event) => setWords(event.target.value)}
        note={
          <>
            <span>
              {name} sees it when both have written, or on {dayMonth(closes)}.
            </span>
            <span className="l-time">
              {comment.length}/{LONGEST}
            </span>
          </>
        }
      />
      {saving.isError && (
        <Refusal error={saving.error} lead="It is not sent." why={reason(saving.error)} />
      )}
      <div className="l-dialog-actions">
        <Button size="large" onClick={onLater}>
          Later
        </Button>
        <Button size="large" kind="primary" type="submit" busy={saving.isPending}>
          {written ? 'Change review' : 'Send review'}
        </Button>
      </div>
    </form>
  );
}

interface RatingInputProps {
  value: number;
  onChange: (rating: number) => void;
}

/** One to five stars, by pointer or arrow keys. */
export function RatingInput({ value, onChange }: RatingInputProps) {
  return (
    <RadioGroup
      className="l-rating"
      orientation="horizontal"
      aria-label="Stars"
      value={value > 0 ? String(value) : null}
      onChange={(chosen) => onChange(Number(chosen))}
    >
      {[1, 2, 3, 4, 5].map((star) => (
        <Radio
          key={star}
          value={String(star)}
          className="l-rating-star"
          aria-label={`${star}, ${WORDS[star]}`}
          data-lit={star <= value || undefined}
        >
          <Star aria-hidden />
        </Radio>
      ))}
    </RadioGroup>
  );
}

function reason(error: unknown): string | undefined {
  switch (error instanceof ProblemError ? error.code : '') {
    case 'already_reviewed':
      return 'You have reviewed this lesson already.';
    case 'not_reviewable':
      return 'Reviews are open for two weeks after a lesson.';
    case 'review_published':
      return 'It is published by now, and stays as it is.';
    default:
      return undefined;
  }
}
