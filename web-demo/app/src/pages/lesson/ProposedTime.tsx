import { ProblemError, type Proposal, type Session, wallClock } from '@lectern/client';
import {
  Button,
  firstName,
  lessonTimes,
  otherPerson,
  Refusal,
  shortDate,
  useLectern,
  useLessonChanges,
} from '@lectern/react';
import { ArrowRight, ArrowRightLeft } from 'lucide-react';

interface ProposedTimeProps {
  lesson: Session;
  proposal: Proposal;
}

/** Another time that one side proposes: the other accepts it or not. */
export function ProposedTime({ lesson, proposal }: ProposedTimeProps) {
  const { me, zone, toast } = useLectern();
  const { settle } = useLessonChanges();
  const mine = proposal.proposedBy === me.id;
  const other = firstName(otherPerson(lesson, me.id).name);
  const before = lessonTimes(lesson, zone);
  const begins = wallClock(proposal.scheduledAt, zone);
  const ends = wallClock(Date.parse(proposal.scheduledAt) + proposal.duration * 60_000, zone);
  // A settled proposal is gone from the page, and with it what `mutate` would call.
  const act = (how: 'accept' | 'decline' | 'withdraw', said: string) =>
    void settle.mutateAsync({ lesson, how }).then(
      () => toast(said),
      () => undefined,
    );
  const doing = settle.isPending ? settle.variables.how : null;
  return (
    <section className="l-card proposed" aria-labelledby="proposed">
      <header>
        <ArrowRightLeft aria-hidden />
        <h2 id="proposed">
          {mine ? `You asked ${other} to move it` : `${other} would like to move it`}
        </h2>
      </header>
      <p className="proposed-times">
        <span>
          <span className="l-hidden">From </span>
          {shortDate(before.date)}, <span className="l-time">{before.start}</span>
        </span>
        <ArrowRight aria-label="to" className="flip" />
        <b>
          {shortDate(begins.date)}, <span className="l-time">{begins.time}</span> to{' '}
          <span className="l-time">{ends.time}</span>
        </b>
      </p>
      {settle.isError && (
        <Refusal error={settle.error} lead="Nothing is changed." why={whyNot(settle.error)} />
      )}
      <div className="proposed-answers">
        {mine ? (
          <>
            <p className="l-muted">Until {other} answers, it stays when it is.</p>
            <Button
              busy={doing === 'withdraw'}
              onClick={() => act('withdraw', 'The lesson stays when it is')}
            >
              Take it back
            </Button>
          </>
        ) : (
          <>
            <Button
              busy={doing === 'decline'}
              onClick={() => act('decline', 'The lesson stays when it is')}
            >
              Keep the time
            </Button>
            <Button
              kind="primary"
              busy={doing === 'accept'}
              onClick={() =>
                act('accept', `Lesson moved to ${shortDate(begins.date)}, ${begins.time}`)
              }
            >
              Move it
            </Button>
          </>
        )}
      </div>
    </section>
  );
}

function whyNot(error: unknown): string | undefined {
  switch (error instanceof ProblemError ? error.code : '') {
    case 'slot_taken':
      return 'One of you has another lesson then by now.';
    case 'proposal_closed':
      return 'It was answered or taken back a moment ago.';
    default:
      return undefined;
  }
}
