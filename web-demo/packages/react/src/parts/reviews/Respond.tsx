import { ProblemError, type Review } from '@lectern/client';
import { useState } from 'react';
import { useLectern } from '../../hooks/context.ts';
import { useReviewChanges } from '../../hooks/queries.ts';
import { useDraft } from '../../hooks/useDraft.ts';
import { Button } from '../../kit/Button.tsx';
import { Dialog } from '../../kit/Dialog.tsx';
import { TextArea } from '../../kit/Field.tsx';
import { Refusal } from '../../kit/Refusal.tsx';
import { firstName } from '../../text/format.ts';

interface RespondProps {
  review: Review;
  how: 'reply' | 'report';
  onDone: () => void;
}

const WORDS = {
  reply: {
    title: (by: string) => `Reply to ${by}`,
    label: 'What would you like to say?',
    note: 'Everybody who reads the review reads this too. You can reply once.',
    missing: 'Write a sentence first.',
    send: 'Publish reply',
    done: 'Your reply is published',
    longest: 2_000,
  },
  report: {
    title: () => 'Report this review',
    label: 'What is wrong with it?',
    note: 'Those who run the place read it; nobody else does.',
    missing: 'Say in a few words what is wrong.',
    send: 'Report review',
    done: 'Thank you. Somebody will look at it',
    longest: 1_000,
  },
} as const;

/** Answers a review in public, or reports it. */
export function Respond({ review, how, onDone }: RespondProps) {
  const { toast } = useLectern();
  const changes = useReviewChanges(review.revieweeId);
  const [text, setText, forget] = useDraft(`${how}.${review.id}`);
  const [missing, setMissing] = useState(false);
  const words = WORDS[how];
  const sending = changes[how];
  const send = () => {
    const said = text.trim();
    if (said === '') return setMissing(true);
    const onSuccess = () => {
      forget();
      toast(words.done);
      onDone();
    };
    if (how === 'reply') changes.reply.mutate({ id: review.id, text: said }, { onSuccess });
    else changes.report.mutate({ id: review.id, reason: said }, { onSuccess });
  };
  return (
    <Dialog title={words.title(firstName(review.reviewerName ?? 'the review'))} onClose={onDone}>
      <form
        className="l-form"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <TextArea
          label={words.label}
          value={text}
          rows={4}
          maxLength={words.longest}
          note={<span>{words.note}</span>}
          error={missing ? words.missing : null}
          onChange={(event) => {
            setText(event.target.value);
            setMissing(false);
          }}
        />
        {sending.isError && (
          <Refusal error={sending.error} lead="It is not sent." why={why(sending.error)} />
        )}
        <div className="l-dialog-actions">
          <Button size="large" onClick={onDone}>
            Not now
          </Button>
          <Button size="large" kind="primary" type="submit" busy={sending.isPending}>
            {words.send}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function why(error: unknown): string | undefined {
  switch (error instanceof ProblemError ? error.code : '') {
    case 'already_replied':
      return 'You have replied to it already.';
    case 'not_found':
      return 'The review is no longer in view.';
    default:
      return undefined;
  }
}
