import { ProblemError, type Scope, type Session } from '@lectern/client';
import {
  Button,
  Dialog,
  firstName,
  isGroup,
  otherPerson,
  Refusal,
  TextArea,
  useDraft,
  useLectern,
  useLessonChanges,
} from '@lectern/react';
import { useState } from 'react';
import { Reach } from './Reach.tsx';

const LONGEST = 500;

/** Cancels a lesson, with a word to the others. */
export function CancelLesson({ lesson, onDone }: { lesson: Session; onDone: () => void }) {
  const { me, toast } = useLectern();
  const { cancel } = useLessonChanges();
  const [scope, setScope] = useState<Scope>('one');
  const [reason, setReason, forget] = useDraft(`cancel.${lesson.id}`);
  const mine = lesson.participants.some(({ id }) => id === me.id);
  const group = isGroup(lesson);
  const who = group ? 'Everybody' : mine ? firstName(otherPerson(lesson, me.id).name) : 'Both';
  // What is called off can no longer be, and the page takes the dialog away.
  const send = () =>
    cancel.mutateAsync({ id: lesson.id, reason: reason.trim(), scope }).then(
      () => {
        forget();
        toast(scope === 'one' ? `${lesson.title} is cancelled` : 'The lessons are cancelled');
        onDone();
      },
      () => undefined,
    );
  return (
    <Dialog title={`Cancel ${lesson.title}?`} onClose={onDone}>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <TextArea
          label="Why"
          hint="optional"
          value={reason}
          rows={3}
          maxLength={LONGEST}
          note={
            <span>
              {who} {mine || group ? 'reads' : 'read'} this with the notice.
            </span>
          }
          onChange={(event) => setReason(event.target.value)}
        />
        {lesson.seriesId && <Reach value={scope} onChange={setScope} />}
        {cancel.isError && (
          <Refusal error={cancel.error} lead="It is not cancelled." why={why(cancel.error, who)} />
        )}
        <div className="l-dialog-actions">
          <Button size="large" onClick={onDone}>
            Keep it
          </Button>
          <Button size="large" kind="bad" type="submit" busy={cancel.isPending}>
            Cancel lesson
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function why(error: unknown, who: string): string | undefined {
  switch (error instanceof ProblemError ? error.code : '') {
    case 'too_late_to_cancel':
      return `It begins too soon. Ask ${who} to move it?`;
    case 'invalid_transition':
      return 'It is under way, over or cancelled already.';
    default:
      return undefined;
  }
}
