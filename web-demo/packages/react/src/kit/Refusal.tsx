import { OfflineError, ProblemError } from '@lectern/client';
import { CircleAlert, CloudOff, KeyRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { useLectern } from '../hooks/context.ts';
import { Button } from './Button.tsx';

interface RefusalProps {
  error: unknown;
  /** Begins the sentence: "It is not booked." */
  lead: string;
  /** Why, for a code of the server's; without it the fault is ours. */
  why?: string | undefined;
  /** What can be done, where something can. */
  action?: ReactNode;
}

/** Why something was not done, beside the button that should have done it. */
export function Refusal({ error, lead, why, action }: RefusalProps) {
  const { signIn } = useLectern();
  if (error instanceof ProblemError && error.status === 401) {
    return (
      <div className="l-banner l-banner--info" role="alert">
        <KeyRound aria-hidden />
        <div>
          <strong>You have been away a while.</strong> Sign in again; what you wrote is kept.
        </div>
        <Button size="small" onClick={signIn}>
          Sign in
        </Button>
      </div>
    );
  }
  const offline = error instanceof OfflineError;
  return (
    <div className={offline ? 'l-banner' : 'l-banner l-banner--bad'} role="alert">
      {offline ? <CloudOff aria-hidden /> : <CircleAlert aria-hidden />}
      <div>
        <strong>{lead}</strong> {offline ? 'You are offline; what you wrote is kept.' : reason()}
      </div>
      {action}
    </div>
  );

  function reason(): string {
    if (why) return why;
    if (error instanceof ProblemError && error.status < 500) return error.message;
    return 'The fault is ours. What you wrote is kept; try again in a moment.';
  }
}
