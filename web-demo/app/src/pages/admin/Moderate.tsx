import { type ModeratedReview, ProblemError } from '@lectern/client';
import { Button, Dialog, Refusal, TextArea, useDraft, useLectern } from '@lectern/react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

const LONGEST = 1_000;

/** Takes a review out of view, or brings it back, with a reason that is kept. */
export function Moderate({ review, onDone }: { review: ModeratedReview; onDone: () => void }) {
  const { lectern, toast } = useLectern();
  const queries = useQueryClient();
  const [reason, setReason, forget] = useDraft(`moderate.${review.id}`);
  const [missing, setMissing] = useState(false);
  const hidden = review.state === 'hidden';
  const moderate = useMutation({
    mutationFn: (why: string) => lectern.moderate(review.id, hidden ? 'restore' : 'hide', why),
    onSuccess: () => {
      forget();
      toast(hidden ? 'The review is in view again' : 'The review is out of view');
      onDone();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['reviews'] }),
  });
  const by = review.reviewerName ?? review.reviewerId;
  return (
    <Dialog
      title={hidden ? 'Bring this review back?' : 'Take this review out of view?'}
      onClose={onDone}
    >
      <form
        className="l-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() === '') setMissing(true);
          else moderate.mutate(reason.trim());
        }}
      >
        <blockquote className="admin-quote" dir="auto">
          {review.comment || `${review.rating} of 5 stars, no words.`}
          <cite>{by}</cite>
        </blockquote>
        <TextArea
          label="Why"
          value={reason}
          rows={3}
          maxLength={LONGEST}
          error={missing ? 'Say why; it is kept with the review.' : null}
          note={
            <span>
              {hidden
                ? 'Everybody can read it again, and it counts.'
                : 'Nobody but you and its author sees it, and it no longer counts.'}
            </span>
          }
          onChange={(event) => {
            setReason(event.target.value);
            setMissing(false);
          }}
        />
        {moderate.isError && (
          <Refusal
            error={moderate.error}
            lead="Nothing is changed."
            why={
              moderate.error instanceof ProblemError && moderate.error.code === 'invalid_transition'
                ? 'Somebody else was quicker.'
                : undefined
            }
          />
        )}
        <div className="l-dialog-actions">
          <Button size="large" onClick={onDone}>
            Leave it
          </Button>
          <Button
            size="large"
            kind={hidden ? 'primary' : 'bad'}
            type="submit"
            busy={moderate.isPending}
          >
            {hidden ? 'Bring back' : 'Take out of view'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
