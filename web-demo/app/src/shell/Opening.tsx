import { OfflineError, ProblemError } from '@lectern/client';
import { Button, Skeleton, StateView } from '@lectern/react';
import { CloudOff, KeyRound, TriangleAlert } from 'lucide-react';

/** The shape of a page while we find out who is here. */
export function Opening() {
  return (
    <main className="opening" aria-busy="true">
      <h1 className="l-hidden">Opening Lectern</h1>
      <Skeleton width={220} height={34} />
      <Skeleton height={44} />
      <Skeleton height={300} />
    </main>
  );
}

interface UnopenedProps {
  error: Error;
  retry: () => void;
  signIn: () => void;
}

/** Why nobody could be let in. */
export function Unopened({ error, retry, signIn }: UnopenedProps) {
  const again = (
    <Button kind="primary" onClick={retry}>
      Try again
    </Button>
  );
  if (error instanceof ProblemError && error.status < 500) {
    return (
      <main className="alone">
        <StateView
          level={1}
          title="You have been away a while"
          icon={KeyRound}
          tone="info"
          actions={
            <Button kind="primary" onClick={signIn}>
              Sign in
            </Button>
          }
        >
          <p>Sign in again and you are back on this page. What you wrote is still here.</p>
        </StateView>
      </main>
    );
  }
  return (
    <main className="alone">
      {error instanceof OfflineError ? (
        <StateView level={1} title="You are offline" icon={CloudOff} actions={again}>
          <p>Your lessons will be here when the network is back.</p>
        </StateView>
      ) : (
        <StateView
          level={1}
          title="Lectern did not open"
          icon={TriangleAlert}
          tone="bad"
          actions={again}
          reference={error instanceof ProblemError ? error.reference : null}
        >
          <p>The fault is ours and your lessons are safe. Try again in a moment.</p>
        </StateView>
      )}
    </main>
  );
}
