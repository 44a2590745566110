import { ProblemError } from '@lectern/client';
import { Button, Dialog, Refusal, SaveFile, TextField, useLectern } from '@lectern/react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

/** What is kept about the caller: to take along, or to take away. */
export function YourData() {
  const { lectern } = useLectern();
  const [leaving, setLeaving] = useState(false);
  return (
    <section className="l-card l-card--pad your-data" aria-labelledby="your-data">
      <h2 id="your-data">Your data</h2>
      <p className="l-muted">
        Your lessons, what you wrote in them, your reviews and your settings, in one file.
      </p>
      <div className="your-data-actions">
        <SaveFile name="my-data.json" type="application/json" load={() => lectern.exportMine()}>
          Export my data
        </SaveFile>
        <Button kind="ghost" className="your-data-leave" onClick={() => setLeaving(true)}>
          Delete my account
        </Button>
      </div>
      {leaving && <Leave onDone={() => setLeaving(false)} />}
    </section>
  );
}

function Leave({ onDone }: { onDone: () => void }) {
  const { me, lectern, signIn } = useLectern();
  const [typed, setTyped] = useState('');
  const [missing, setMissing] = useState(false);
  const leave = useMutation({ mutationFn: () => lectern.eraseMe(me.id), onSuccess: signIn });
  return (
    <Dialog title="Delete your account?" onClose={onDone}>
      <form
        className="l-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() === me.name) leave.mutate();
          else setMissing(true);
        }}
      >
        <p>
          Your lessons ahead are cancelled, and your name and words are taken out of everything that
          is kept. Nobody can bring them back.
        </p>
        <TextField
          label={`Type your name, ${me.name}`}
          autoComplete="off"
          value={typed}
          error={missing ? 'That is not your name as it stands here.' : null}
          onChange={(event) => {
            setTyped(event.target.value);
            setMissing(false);
          }}
        />
        {leave.isError && (
          <Refusal error={leave.error} lead="Your account is still there." why={why(leave.error)} />
        )}
        <div className="l-dialog-actions">
          <Button size="large" onClick={onDone}>
            Keep it
          </Button>
          <Button size="large" kind="bad" type="submit" busy={leave.isPending}>
            Delete my account
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function why(error: unknown): string | undefined {
  return error instanceof ProblemError && error.code === 'in_lesson'
    ? 'A lesson of yours is under way. Ask again when it is over.'
    : undefined;
}
