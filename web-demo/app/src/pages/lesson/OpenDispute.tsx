import { ProblemError, type Session } from '@lectern/client';
import {
  Button,
  Dialog,
  Refusal,
  TextArea,
  useDraft,
  useLectern,
  useLessonChanges,
} from '@lectern/react';
import { useState } from 'react';

const LONGEST = 1_000;

/** Asks those who run the place to look at a lesson that went wrong. */
export function OpenDispute({ lesson, onDone }: { lesson: Session; onDone: () => void }) {
  const { toast } = useLectern();
  const { dispute } = useLessonChanges();
  const [reason, setReason, forget] = useDraft(`dispute.${lesson.id}`);
  const [missing, setMissing] = useState(false);
  const send = () => {
    if (reason.trim() === '') return setMissing(true);
    dispute.mutate(
      { id: lesson.id, reason: reason.trim() },
      {
        onSuccess: () => {
          forget();
          toast('Somebody will look at it and tell you both');
          onDone();
        },
      },
    );
  };
  return (
    <Dialog title="What went wrong?" onClose={onDone}>
      <form
        className="l-form"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <TextArea
          label="Say what happened"
          value={reason}
          rows={4}
          maxLength={LONGEST}
          note={<span>Those who run the place see this beside what the room recorded.</span>}
          error={missing ? 'Say in a few words what happened.' : null}
          onChange={(event) => {
            setReason(event.target.value);
            setMissing(false);
          }}
        />
        {dispute.isError && (
          <Refusal error={dispute.error} lead="It is not sent." why={why(dispute.error)} />
        )}
        <div className="l-dialog-actions">
          <Button size="large" onClick={onDone}>
            Never mind
          </Button>
          <Button size="large" kind="primary" type="submit" busy={dispute.isPending}>
            Ask for a decision
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function why(error: unknown): string | undefined {
  switch (error instanceof ProblemError ? error.code : '') {
    case 'already_disputed':
      return 'You have asked for a decision on this lesson already.';
    case 'not_disputable':
      return 'It can be asked from the lesson’s beginning to 30 days after it.';
    default:
      return undefined;
  }
}
