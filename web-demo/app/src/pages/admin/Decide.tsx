import { type DisputeFile, type DisputeOutcome, ProblemError, wallClock } from '@lectern/client';
import { Button, Refusal, shortDate, TextArea, useDraft, useLectern } from '@lectern/react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Radio, RadioGroup } from 'react-aria-components';
import { OUTCOMES, outcomeWords } from './outcomes.ts';

const LONGEST = 1_000;

/** What an admin decides, or has decided, of a lesson. */
export function Decide({ file }: { file: DisputeFile }) {
  const { zone } = useLectern();
  if (file.outcome === null) return <Form file={file} />;
  const words = outcomeWords(file.outcome);
  return (
    <section className="l-card l-card--pad decide" aria-labelledby="decide">
      <h2 id="decide">Decided</h2>
      <p>
        <b>{words.title}</b>
      </p>
      <p className="l-muted">{words.note}</p>
      {file.decisionReason && <p dir="auto">“{file.decisionReason}”</p>}
      {file.decidedAt && (
        <p className="l-muted">On {shortDate(wallClock(file.decidedAt, zone).date)}.</p>
      )}
    </section>
  );
}

function Form({ file }: { file: DisputeFile }) {
  const { lectern, toast } = useLectern();
  const queries = useQueryClient();
  const [outcome, setOutcome] = useState<DisputeOutcome | null>(null);
  const [reason, setReason, forget] = useDraft(`decide.${file.id}`);
  const [missing, setMissing] = useState(false);
  const decide = useMutation({
    mutationFn: (decision: { outcome: DisputeOutcome; reason: string }) =>
      lectern.decide(file.id, decision),
    onSuccess: () => {
      forget();
      toast('Decided, and both are told');
    },
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['disputes'] }),
        queries.invalidateQueries({ queryKey: ['lessons'] }),
      ]),
  });
  const said = reason.trim();
  const send = () => {
    if (outcome === null || said === '') return setMissing(true);
    decide.mutate({ outcome, reason: said });
  };
  return (
    <form
      className="l-card l-card--pad decide"
      aria-labelledby="decide"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <h2 id="decide">Your decision</h2>
      <RadioGroup
        className="decide-choices"
        aria-labelledby="decide"
        value={outcome}
        onChange={(chosen) => {
          setOutcome(chosen as DisputeOutcome);
          setMissing(false);
        }}
      >
        {OUTCOMES.map(({ id, title, note }) => (
          <Radio key={id} value={id} className="decide-choice">
            <i aria-hidden="true" />
            <span>
              <b>{title}</b>
              <span>{note}</span>
            </span>
          </Radio>
        ))}
      </RadioGroup>
      {missing && outcome === null && (
        <p className="l-field-error" role="alert">
          Choose what it is to count as.
        </p>
      )}
      <TextArea
        label="A word to both"
        value={reason}
        rows={3}
        maxLength={LONGEST}
        error={missing && said === '' ? 'Say why, so that both can understand it.' : null}
        onChange={(event) => setReason(event.target.value)}
      />
      {decide.isError && (
        <Refusal error={decide.error} lead="It is not decided." why={why(decide.error)} />
      )}
      <Button type="submit" kind="primary" size="large" busy={decide.isPending}>
        Decide and tell both
      </Button>
      <p className="l-muted decide-note">Recorded under your name, once and for good.</p>
    </form>
  );
}

function why(error: unknown): string | undefined {
  switch (error instanceof ProblemError ? error.code : '') {
    case 'already_decided':
      return 'Somebody else has decided it a moment ago.';
    case 'invalid_transition':
      return 'The lesson is already what this would make it.';
    default:
      return undefined;
  }
}
