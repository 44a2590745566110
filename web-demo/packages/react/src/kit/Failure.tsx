import { OfflineError, ProblemError } from '@lectern/client';
import { CloudOff, KeyRound, Lock, SearchX, TriangleAlert } from 'lucide-react';
import { useLectern } from '../hooks/context.ts';
import { Button } from './Button.tsx';
import { StateView } from './StateView.tsx';

interface FailureProps {
  error: unknown;
  /** What did not load, to begin a sentence: "Your calendar". */
  what: string;
  retry: () => void;
  level?: 1 | 2;
}

/** Why something could not be shown, and what can be done. */
export function Failure({ error, what, retry, level = 2 }: FailureProps) {
  const { signIn } = useLectern();
  const again = <Button onClick={retry}>Try again</Button>;
  if (error instanceof OfflineError) {
    return (
      <StateView level={level} title="You are offline" icon={CloudOff} tone="now" actions={again}>
        <p>{what} will be here when the network is back. Nothing you did is lost.</p>
      </StateView>
    );
  }
  if (error instanceof ProblemError && error.status === 401) {
    const action = (
      <Button kind="primary" onClick={signIn}>
        Sign in
      </Button>
    );
    return (
      <StateView
        level={level}
        title="You have been away a while"
        icon={KeyRound}
        tone="info"
        actions={action}
      >
        <p>Sign in again and you are back on this page. What you wrote is still here.</p>
      </StateView>
    );
  }
  if (error instanceof ProblemError && error.status === 403) {
    return (
      <StateView level={level} title="This is not yours to open" icon={Lock} tone="info">
        <p>Only the people of a lesson, and those who run the place, can see it.</p>
      </StateView>
    );
  }
  if (error instanceof ProblemError && error.status === 404) {
    return (
      <StateView level={level} title="There is nothing here" icon={SearchX} tone="info">
        <p>It may have been moved, or the link was cut short.</p>
      </StateView>
    );
  }
  return (
    <StateView
      level={level}
      title={`${what} did not load`}
      icon={TriangleAlert}
      tone="bad"
      reference={error instanceof ProblemError ? error.reference : null}
      actions={
        <Button kind="primary" onClick={retry}>
          Try again
        </Button>
      }
    >
      <p>The fault is ours and your lessons are safe. Try again in a moment.</p>
    </StateView>
  );
}
