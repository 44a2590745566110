import { ProblemError, type Scope, type Session, wallClock } from '@lectern/client';
import {
  Button,
  Dialog,
  firstName,
  lessonTimes,
  Refusal,
  shortDate,
  TextArea,
  useDraft,
  useLectern,
  useLessonChanges,
} from '@lectern/react';
import { Check, Hourglass } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Reach } from './Reach.tsx';

const LONGEST = 500;

/** A request that waits: the teacher answers it, and the student waits. */
export function AnswerRequest({ lesson }: { lesson: Session }) {
  const { me, zone } = useLectern();
  const by = lesson.confirmBy && wallClock(lesson.confirmBy, zone);
  const until = by && (
    <>
      {shortDate(by.date)}, <span className="l-time">{by.time}</span>
    </>
  );
  if (lesson.teacher === me.id) return <Asked lesson={lesson} until={until} />;
  return (
    <div className="l-banner" role="note">
      <Hourglass aria-hidden />
      <div>
        <strong>{firstName(lesson.teacherName)} has not confirmed yet.</strong>{' '}
        {until ? <>There is time until {until}. </> : null}You are told at once.
      </div>
    </div>
  );
}

function Asked({ lesson, until }: { lesson: Session; until: ReactNode }) {
  const { toast } = useLectern();
  const { answer } = useLessonChanges();
  const [declining, setDeclining] = useState(false);
  // Whoever asks for a series wants all of it.
  const [scope, setScope] = useState<Scope>(lesson.seriesId ? 'all' : 'one');
  const student = firstName(lesson.studentName ?? 'Somebody');
  // An answered request is gone from the page, and with it what `mutate` would call.
  const confirm = () =>
    answer.mutateAsync({ id: lesson.id, yes: true, scope }).then(
      () => toast(scope === 'one' ? `${lesson.title} is confirmed` : 'The lessons are confirmed'),
      () => undefined,
    );
  return (
    <>
      <div className="l-banner request" role="group" aria-label="A request for you">
        <Hourglass aria-hidden />
        <div>
          <strong>
            {student} asks for {lesson.seriesId ? 'this series' : 'this lesson'}.
          </strong>
          {until ? <> Answer until {until}; after that it is off.</> : null}
          {lesson.seriesId && <Reach value={scope} onChange={setScope} />}
        </div>
        <div className="request-answers">
          <Button onClick={() => setDeclining(true)}>Decline</Button>
          <Button kind="primary" busy={answer.isPending} onClick={() => void confirm()}>
            <Check aria-hidden /> Confirm
          </Button>
        </div>
      </div>
      {answer.isError && !declining && (
        <Refusal error={answer.error} lead="It is not confirmed." why={whyNot(answer.error)} />
      )}
      {declining && (
        <Decline
          lesson={lesson}
          who={student}
          scope={scope}
          onScope={setScope}
          onDone={() => setDeclining(false)}
        />
      )}
    </>
  );
}

interface DeclineProps {
  lesson: Session;
  who: string;
  scope: Scope;
  onScope: (scope: Scope) => void;
  onDone: () => void;
}

function Decline({ lesson, who, scope, onScope, onDone }: DeclineProps) {
  const { zone, toast } = useLectern();
  const { answer } = useLessonChanges();
  const [reason, setReason, forget] = useDraft(`decline.${lesson.id}`);
  const { date, start } = lessonTimes(lesson, zone);
  const send = () =>
    answer.mutateAsync({ id: lesson.id, yes: false, reason: reason.trim(), scope }).then(
      () => {
        forget();
        toast(`${who} is told that it does not suit you`);
        onDone();
      },
      () => undefined,
    );
  return (
    <Dialog title={`Decline ${lesson.title}?`} onClose={onDone}>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <p className="l-muted">
          {shortDate(date)}, <span className="l-time">{start}</span> becomes free for others again.
        </p>
        <TextArea
          label={`A word to ${who}`}
          hint="optional"
          value={reason}
          rows={3}
          maxLength={LONGEST}
          onChange={(event) => setReason(event.target.value)}
        />
        {lesson.seriesId && <Reach value={scope} onChange={onScope} />}
        {answer.isError && (
          <Refusal error={answer.error} lead="It still waits." why={whyNot(answer.error)} />
        )}
        <div className="l-dialog-actions">
          <Button size="large" onClick={onDone}>
            Not yet
          </Button>
          <Button size="large" kind="bad" type="submit" busy={answer.isPending}>
            Decline
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function whyNot(error: unknown): string | undefined {
  switch (error instanceof ProblemError ? error.code : '') {
    case 'slot_taken':
      return 'You have another lesson then. Decline it, or move the other one.';
    case 'invalid_transition':
      return 'It waits for no answer any more.';
    default:
      return undefined;
  }
}
