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
import { takenOn } from './taken.ts';

interface ProposedTimeProps {
  lesson: Session;
  proposal: Proposal;
}

/** What is meant by each scope, and what becomes of the others. */
const SCOPES = {
  one: { them: 'it', stay: 'Keep the time', move: 'Move it' },
  following: { them: 'it and those after it', stay: 'Keep the times', move: 'Move them' },
  all: { them: 'the whole series', stay: 'Keep the times', move: 'Move them' },
};

/** Another time that one side proposes: the other accepts it or not. */
export function ProposedTime({ lesson, proposal }: ProposedTimeProps) {
  const { me, zone, toast } = useLectern();
  const { settle } = useLessonChanges();
  const mine = proposal.proposedBy === me.id;
  const other = firstName(otherPerson(lesson, me.id).name);
  const before = lessonTimes(lesson, zone);
  const { them, stay, move } = SCOPES[proposal.scope];
  const several = proposal.scope !== 'one';
  const begins = wallClock(proposal.scheduledAt, zone);
  const ends = wallClock(Date.parse(proposal.scheduledAt) + proposal.duration * 60_000, zone);
  // A settled proposal is gone from the page, and with it what `mutate` would call.
  const act = (how: 'accept' | 'decline' | 'withdraw', said: string) =>
    void settle.mutateAsync({ lesson, how }).then(
      () => toast(said),
      () => undefined,
    );
  const stays = several ? 'The lessons stay when they are' : 'The lesson stays when it is';
  const moved = several
    ? 'The lessons are moved'
    : `Lesson moved to ${shortDate(begins.date)}, ${begins.time}`;
  const doing = settle.isPending ? settle.variables.how : null;
  return (
    <section className="l-card proposed" aria-labelledby="proposed">
      <header>
        <ArrowRightLeft aria-hidden />
        <h2 id="proposed">
          {mine ? `You asked ${other} to move ${them}` : `${other} would like to move ${them}`}
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
      {several && (
        <p className="l-muted">
          {proposal.scope === 'all' ? 'Each lesson that is ahead' : 'Each lesson after it'} moves by
          as much. One that was moved by itself stays.
        </p>
      )}
      {settle.isError && (
        <Refusal
          error={settle.error}
          lead="Nothing is changed."
          why={whyNot(settle.error, several ? takenOn(settle.error, zone) : '')}
        />
      )}
      <div className="proposed-answers">
        {mine ? (
          <>
            <p className="l-muted">
              Until {other} answers, {several ? 'they stay when they are' : 'it stays when it is'}.
            </p>
            <Button busy={doing === 'withdraw'} onClick={() => act('withdraw', stays)}>
              Take it back
            </Button>
          </>
        ) : (
          <>
            <Button busy={doing === 'decline'} onClick={() => act('decline', stays)}>
              {stay}
            </Button>
            <Button kind="primary" busy={doing === 'accept'} onClick={() => act('accept', moved)}>
              {move}
            </Button>
          </>
        )}
      </div>
    </section>
  );
}

function whyNot(error: unknown, days: string): string | undefined {
  switch (error instanceof ProblemError ? error.code : '') {
    case 'slot_taken':
      return days
        ? `One of you has another lesson by now on ${days}.`
        : 'One of you has another lesson then by now.';
    case 'proposal_closed':
      return 'It was answered or taken back a moment ago.';
    default:
      return undefined;
  }
}
